import { connect } from 'node:net'

// size | key 18 | version 0 | correlation id | client id null
const apiVersionsRequest = Buffer.from('0000000a001200000000002affff', 'hex')

/** Whether a broker on this loopback port accepts a connection and answers a request. */
export function answersApiVersions(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(apiVersionsRequest))
    const end = (answered: boolean): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(1000, () => end(false))
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}
