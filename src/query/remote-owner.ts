/** Where an instance answers queries: its applicationServer. */
export interface HostInfo {
  readonly host: string
  readonly port: number
}

export interface RemoteCall {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** Another instance of the application, which answers questions about the stores it has. */
export interface RemoteOwner {
  /**
   * @param question bytes of question-codec. @returns bytes of answer-codec.
   * @throws StreamsError `owner-unreachable`: worth another try; `store-elsewhere` if it answers, but no such questions.
   */
  ask(owner: HostInfo, question: Uint8Array, call: RemoteCall): Promise<Uint8Array>
  close(): void
}

/** What this instance answers others: mounted as `POST /query/v1`, application/octet-stream both ways. Never rejects. */
export type AnswerRemote = (question: Uint8Array) => Promise<Uint8Array>

export function addressOf({ host, port }: HostInfo): string {
  return `${host}:${port}`
}
