/** Raised with every change of an export's name, parameters or meaning, or of a layout that TypeScript reads. */
export function abiVersion(): i32 {
  return 4
}
