import { type Api, defineApi } from '../codec.ts'
import { array, bool, int8, int16, int32, nullableArray, nullableString, string } from '../schema.ts'
import { struct, unused } from '../struct.ts'

/** Key 32, versions 2 to 4. Not used: synonyms, config types and documentation. */
export interface DescribeConfigsRequest {
  readonly resources: readonly DescribeConfigsResource[]
}

/** Resource types. */
export const topicResource = 2
export const brokerResource = 4
export const groupResource = 32

export interface DescribeConfigsResource {
  readonly resourceType: number
  readonly resourceName: string
  /** null: all. */
  readonly configurationKeys: readonly string[] | null
}

export interface DescribeConfigsResponse {
  readonly throttleTimeMs: number
  readonly results: readonly DescribeConfigsResult[]
}

export interface DescribeConfigsResult {
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly resourceType: number
  readonly resourceName: string
  readonly configs: readonly DescribedConfig[]
}

export interface DescribedConfig {
  readonly name: string
  /** null where it is sensitive. */
  readonly value: string | null
  readonly readOnly: boolean
  /** Where the value comes from: 1 the topic itself, 5 the default, others between. */
  readonly configSource: number
  readonly isSensitive: boolean
}

interface Synonym {
  readonly name: string
  readonly value: string | null
  readonly source: number
}

const request = struct<DescribeConfigsRequest>({
  resources: array(
    struct<DescribeConfigsResource>({
      resourceType: int8,
      resourceName: string,
      configurationKeys: nullableArray(string),
    }),
  ),
  _includeSynonyms: unused(bool, false),
  _includeDocumentation: unused(bool, false, 3),
})

const synonyms = array(struct<Synonym>({ name: string, value: nullableString, source: int8 }))

const config = struct<DescribedConfig>({
  name: string,
  value: nullableString,
  readOnly: bool,
  configSource: int8,
  isSensitive: bool,
  _synonyms: unused(synonyms, []),
  _configType: unused(int8, 0, 3),
  _documentation: unused(nullableString, null, 3),
})

const response = struct<DescribeConfigsResponse>({
  throttleTimeMs: int32,
  results: array(
    struct<DescribeConfigsResult>({
      errorCode: int16,
      errorMessage: nullableString,
      resourceType: int8,
      resourceName: string,
      configs: array(config),
    }),
  ),
})

export const describeConfigs: Api<DescribeConfigsRequest, DescribeConfigsResponse> = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  versions: [2, 4],
  flexible: 4,
  request,
  response,
})
