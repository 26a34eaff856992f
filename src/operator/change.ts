/** An update of a table, as its node forwards it. */
export interface Change<V> {
  /** Null: the key was deleted. */
  readonly newValue: V | null
}
