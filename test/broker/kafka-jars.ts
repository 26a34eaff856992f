import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kafkaVersion, newestKafka } from './kafka-version.ts'
import { repositoryRoot } from './repository-root.ts'

const run = promisify(execFile)

const pomOf = (
  artifact: string,
  version: string,
): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>millrace</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>${artifact}</artifactId>
      <version>${version}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`

/** The folder of Apache Kafka's server jars, from Maven Central once and then from `.cache/`. */
export function kafkaJars(version: string = kafkaVersion): Promise<string> {
  return jarsOf('kafka_2.13', version, `kafka-${version}`)
}

/** The folder of Java Kafka Streams' jars, the newest whatever the broker. */
export function kafkaStreamsJars(): Promise<string> {
  return jarsOf('kafka-streams', newestKafka, `kafka-streams-${newestKafka}`)
}

async function jarsOf(artifact: string, version: string, name: string): Promise<string> {
  const folder = join(repositoryRoot, '.cache', name)
  await requireProgram('java', '-version')
  if (existsSync(folder)) return folder
  await requireProgram('mvn', '-version')
  await download(pomOf(artifact, version), folder)
  return folder
}

/** Two processes may download at once: each into its own folder, and the first to rename wins. */
async function download(pom: string, folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true })
  const work = await mkdtemp(`${folder}-`)
  try {
    await writeFile(join(work, 'pom.xml'), pom)
    const jars = join(work, 'jars')
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${jars}`]
    await run('mvn', ['-q', '-B', ...goal], { cwd: work })
    await rename(jars, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function requireProgram(program: string, flag: string): Promise<void> {
  try {
    await run(program, [flag])
  } catch (error) {
    throw new Error(
      `'${program}' does not run here: install Java 17 or newer and Maven, or name a running cluster with KAFKA_BROKERS=host:port.`,
      { cause: error },
    )
  }
}
