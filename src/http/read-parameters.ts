import { type Parameter, queryParameter } from './parameter.ts'
import { flag, time } from './schemas.ts'

export const isolation: Parameter = queryParameter(
  'isolation',
  'latest: as processed so far, committed or not; checkpoint: as of the last checkpoint on disk',
  { type: 'string', enum: ['latest', 'checkpoint'], default: 'latest' },
)

export const stale: Parameter = queryParameter('stale', 'a standby may answer, which can be behind', flag)

export const limit: Parameter = queryParameter(
  'limit',
  'of entries in the answer, which says whether there are more',
  {
    type: 'integer',
    minimum: 1,
    default: 100,
  },
)

export const reverse: Parameter = queryParameter('reverse', 'the last first', flag)

export const fromTime: Parameter = queryParameter('from', 'from this time on, inclusive', time)

export const toTime: Parameter = queryParameter('to', 'up to this time, inclusive', time)

export const keyDescription =
  "as the store's key serde has it: text and UUIDs as they are, numbers in decimal, bytes in base64, all others as JSON"
