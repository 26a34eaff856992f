/** Steps of a commit and its checkpoint, in their order: a kill from outside would hardly meet them. */
export const fatefulSteps = [
  'stores flushed',
  'outputs acknowledged',
  'AddOffsetsToTxn answered',
  'TxnOffsetCommit sent',
  'TxnOffsetCommit answered',
  'EndTxn sent',
  'EndTxn answered',
  'checkpoint cut',
  'checkpoint submitted',
  'checkpoint written',
] as const

export type FatefulStep = (typeof fatefulSteps)[number]

/** Lets the process die, as by a kill, as soon as it has done the step that it was told. */
export class Fate {
  due: FatefulStep | undefined

  reached(step: FatefulStep): void {
    if (step === this.due) process.kill(process.pid, 'SIGKILL')
  }
}
