import type { CrashRun } from '../crash-run.ts'
import type { WorkerSettings } from '../worker-messages.ts'

/** A way for things to go wrong. Its rounds are done to a pipeline that runs, and every result is to be there once. */
export interface Scenario {
  readonly name: string
  /** In one line. */
  readonly about: string
  /** What it needs other than usual; it then has a broker and workers of its own. */
  readonly setting?: Setting
  /** It is not among `all`. */
  readonly onlyByName?: boolean
  /** Its share of the rounds; 1 if not given. */
  readonly weight?: number
  /** So many rounds, at most, before the results are verified; all if not given. */
  readonly roundsTogether?: number
  /** States may be set aside and restored from the changelogs: they cannot be told from bad ones. */
  readonly mayLoseState?: boolean
  /**
   * Does it once, as the run's random numbers say, and undoes it: when this returns, workers and network are as they
   * were, and only have to recover. Waits for what it wants to see, and throws if that does not come.
   * @returns what was done, for the log
   */
  round(run: CrashRun): Promise<string>
}

export interface Setting {
  /** So many brokers, one if not given. Only one has proxies. */
  readonly brokers?: 1 | 3
  /** Server properties, of one broker. */
  readonly broker?: Readonly<Record<string, string | number>>
  readonly workers?: WorkerSettings
  /** None of the input is in transactions. */
  readonly plainInput?: boolean
}
