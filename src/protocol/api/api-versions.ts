import { type Api, defineApi } from '../codec.ts'
import { array, int16, int32, int64, string } from '../schema.ts'
import { since, struct, tagged } from '../struct.ts'

/**
 * Key 18, versions 0 to 3: what the broker speaks. Not used: ZkMigrationReady.
 *
 * A broker that does not know the version asked for answers UNSUPPORTED_VERSION in the form of version 0 (KIP-511);
 * `decodeResponse` reads that too.
 */
export interface ApiVersionsRequest {
  readonly clientSoftwareName: string
  readonly clientSoftwareVersion: string
}

export interface ApiVersionsResponse {
  readonly errorCode: number
  readonly apiKeys: readonly ApiVersion[]
  readonly throttleTimeMs: number
  readonly supportedFeatures: readonly SupportedFeature[]
  readonly finalizedFeaturesEpoch: number
  readonly finalizedFeatures: readonly FinalizedFeature[]
}

export interface ApiVersion {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

export interface SupportedFeature {
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
}

export interface FinalizedFeature {
  readonly name: string
  readonly maxVersionLevel: number
  readonly minVersionLevel: number
}

const request = struct<ApiVersionsRequest>({
  clientSoftwareName: since(3, string, ''),
  clientSoftwareVersion: since(3, string, ''),
})

const response = struct<ApiVersionsResponse>({
  errorCode: int16,
  apiKeys: array(struct<ApiVersion>({ apiKey: int16, minVersion: int16, maxVersion: int16 })),
  throttleTimeMs: since(1, int32, 0),
  supportedFeatures: tagged(
    0,
    3,
    array(struct<SupportedFeature>({ name: string, minVersion: int16, maxVersion: int16 })),
    [],
  ),
  finalizedFeaturesEpoch: tagged(1, 3, int64, -1),
  finalizedFeatures: tagged(
    2,
    3,
    array(struct<FinalizedFeature>({ name: string, maxVersionLevel: int16, minVersionLevel: int16 })),
    [],
  ),
})

const unsupportedVersion = 35

const exactly: Api<ApiVersionsRequest, ApiVersionsResponse> = defineApi({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 3],
  flexible: 3,
  request,
  response,
})

export const apiVersions: Api<ApiVersionsRequest, ApiVersionsResponse> = {
  ...exactly,
  decodeResponse(bytes, version) {
    const refused = bytes.length >= 2 && bytes[0] === 0 && bytes[1] === unsupportedVersion
    return exactly.decodeResponse(bytes, refused ? 0 : version)
  },
}
