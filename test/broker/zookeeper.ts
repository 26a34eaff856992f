import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { JavaProcess, javaFlags } from './java-process.ts'

const tickMs = 500

/** For brokers of a time before KRaft. It runs until the process is disposed of. */
export async function startZooKeeper(jars: string, parent: string, port: number): Promise<JavaProcess> {
  const folder = join(parent, 'zookeeper')
  await mkdir(folder)
  const zookeeper = new JavaProcess({ jars, folder, flags: javaFlags('128m') })
  const main = 'org.apache.zookeeper.server.ZooKeeperServerMain'
  zookeeper.start(main, [`${port}`, join(folder, 'data'), `${tickMs}`])
  try {
    if (await zookeeper.ready(() => accepts(port))) return zookeeper
    throw zookeeper.notStarted()
  } catch (error) {
    await zookeeper.dispose()
    throw error
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
