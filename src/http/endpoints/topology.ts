import { type Endpoint, jsonResponse, textResponse } from '../endpoint.ts'
import { queryParameter } from '../parameter.ts'
import { anything } from '../schemas.ts'

const plain = 'text/plain; charset=utf-8'

export const topology: Endpoint = {
  id: 'getTopology',
  method: 'GET',
  path: '/topology',
  summary: 'The topology: as Java prints it, as data, or as a Mermaid flowchart',
  parameters: [
    queryParameter('format', 'of the answer', {
      type: 'string',
      enum: ['json', 'text', 'mermaid'],
      default: 'json',
    }),
  ],
  answers: [
    {
      status: 200,
      description: 'The topology.',
      mediaTypes: ['application/json', plain],
      schema: anything,
    },
  ],
  examples: [
    {
      name: 'text',
      values: { format: 'text' },
      status: 200,
      body: 'Topologies:\n   Sub-topology: 0\n    Source: KSTREAM-SOURCE-0000000000 (topics: [payments])\n      --> none\n\n',
    },
    {
      name: 'json',
      values: {},
      status: 200,
      body: {
        subtopologies: [
          {
            id: 0,
            nodes: [
              {
                kind: 'source',
                topics: ['payments'],
                name: 'KSTREAM-SOURCE-0000000000',
                predecessors: [],
                successors: [],
              },
            ],
          },
        ],
        globalStores: [],
      },
    },
  ],
  answer({ served, values }) {
    switch (values.choice('format', ['json', 'text', 'mermaid'], 'json')) {
      case 'text':
        return textResponse(served.topology.text(), plain)
      case 'mermaid':
        return textResponse(served.topology.mermaid(), plain)
      default:
        return jsonResponse(served.topology.json())
    }
  },
}
