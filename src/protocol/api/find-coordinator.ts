import { type Api, defineApi } from '../codec.ts'
import { changedIn, int8, int16, int32, nullableString, only, seenAs, string } from '../schema.ts'
import { struct } from '../struct.ts'

/**
 * Key 10, versions 1 to 4: the broker that coordinates a group or a transactional id. Version 4 takes several keys
 * at once; here it is always one, so that all versions look the same.
 */
export interface FindCoordinatorRequest {
  /** Group id or transactional id. */
  readonly key: string
  readonly keyType: number
}

export const groupCoordinator = 0
export const transactionCoordinator = 1

export interface FindCoordinatorResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

interface Coordinator {
  readonly key: string
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly errorCode: number
  readonly errorMessage: string | null
}

interface BatchedResponse {
  readonly throttleTimeMs: number
  readonly coordinator: Coordinator
}

const request = changedIn(
  4,
  struct<FindCoordinatorRequest>({ key: string, keyType: int8 }),
  struct<FindCoordinatorRequest>({ keyType: int8, key: only(string) }),
)

const single = struct<FindCoordinatorResponse>({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullableString,
  nodeId: int32,
  host: string,
  port: int32,
})

const batched = struct<BatchedResponse>({
  throttleTimeMs: int32,
  coordinator: only(
    struct<Coordinator>({
      key: string,
      nodeId: int32,
      host: string,
      port: int32,
      errorCode: int16,
      errorMessage: nullableString,
    }),
  ),
})

const response = changedIn(
  4,
  single,
  seenAs(
    batched,
    ({ throttleTimeMs, coordinator: { key: _, ...found } }) => ({ throttleTimeMs, ...found }),
    ({ throttleTimeMs, ...found }) => ({ throttleTimeMs, coordinator: { key: '', ...found } }),
  ),
)

export const findCoordinator: Api<FindCoordinatorRequest, FindCoordinatorResponse> = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: [1, 4],
  flexible: 3,
  request,
  response,
})
