/** The newest that Millrace supports. */
export const newestKafka = '4.3.1'

/** Of the brokers of this run. */
export const kafkaVersion: string = process.env['KAFKA_VERSION'] ?? newestKafka

/** Whether a version comes before another one, of which only the first two numbers count. */
export function isBefore(version: string, other: string): boolean {
  const [major, minor] = numbers(version)
  const [otherMajor, otherMinor] = numbers(other)
  return major < otherMajor || (major === otherMajor && minor < otherMinor)
}

function numbers(version: string): [number, number] {
  const [major, minor] = version.split('.').map(Number)
  return [major!, minor!]
}
