import { connect } from 'node:net'

// size | key | version | correlation id | client id null; for Metadata also: no topics, none to create
const apiVersionsRequest = Buffer.from('0000000a001200000000002affff', 'hex')
const metadataRequest = Buffer.from('0000000f000300050000002affff0000000000', 'hex')
/** Behind size, correlation id and throttle time. */
const brokerCountAt = 12

/** Whether a broker on this loopback port accepts a connection and answers a request. */
export async function answersApiVersions(port: number): Promise<boolean> {
  return (await ask(port, apiVersionsRequest)) !== undefined
}

/** Whether a broker on this loopback port has heard from the controller which brokers there are. */
export async function knowsItsCluster(port: number): Promise<boolean> {
  const answer = await ask(port, metadataRequest)
  return answer !== undefined && answer.length >= brokerCountAt + 4 && answer.readInt32BE(brokerCountAt) > 0
}

/** @returns the first bytes of the answer, undefined if there is none */
function ask(port: number, request: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(request))
    const end = (answer?: Buffer): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(1000, () => end())
    socket.once('data', end)
    socket.once('error', () => end())
    socket.once('close', () => end())
  })
}
