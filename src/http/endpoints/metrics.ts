import { type Endpoint, textResponse } from '../endpoint.ts'
import { text } from '../schemas.ts'

const mediaType = 'text/plain; version=0.0.4; charset=utf-8'

export const metrics: Endpoint = {
  id: 'getMetrics',
  method: 'GET',
  path: '/metrics',
  summary: 'Metrics as Prometheus reads them',
  parameters: [],
  answers: [{ status: 200, description: "Prometheus' text format.", mediaTypes: [mediaType], schema: text }],
  examples: [
    {
      name: 'one',
      values: {},
      status: 200,
      body: '# TYPE kafka_streams_failed_stream_threads gauge\nkafka_streams_failed_stream_threads 0\n',
    },
  ],
  answer: async ({ served }) => textResponse(await served.metrics(), mediaType),
}
