import { json, string, topic, topology } from '../../src/index.ts'
import { type Click, clicks, outputTopic, tableTopic } from './topics.ts'

interface User {
  readonly name: string
}

interface NamedClick extends Click {
  readonly name: string
}

const users = topic(tableTopic, { key: string, value: json<User>() })
const named = topic(outputTopic, { key: string, value: json<NamedClick>() })

/** Clicks with what is known of their user. */
export const pipeline = topology(import.meta.url, (b) => {
  const table = b.table(users, { store: { name: 'users-store' } })
  b.stream(clicks)
    .join(table, (click, { name }): NamedClick => ({ ...click, name }), { value: json<Click>() })
    .to(named)
  return { users: table }
})
