/** Steps of a commit that a kill from outside would hardly meet. */
export const fatefulSteps = ['offsets answered', 'EndTxn sent', 'EndTxn answered'] as const

export type FatefulStep = (typeof fatefulSteps)[number]

/** Lets the process die, as by a kill, as soon as it has done the step that it was told. */
export class Fate {
  due: FatefulStep | undefined

  reached(step: FatefulStep): void {
    if (step === this.due) process.kill(process.pid, 'SIGKILL')
  }
}
