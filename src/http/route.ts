import type { Endpoint } from './endpoint.ts'
import { decodedPart } from './parameter.ts'
import { notFound, Refusal } from './problem.ts'

export interface Route {
  readonly endpoint: Endpoint
  /** Of the path, decoded. */
  readonly texts: ReadonlyMap<string, string>
}

/** Finds the endpoint of a path. */
export class Routes {
  readonly #endpoints: readonly { readonly endpoint: Endpoint; readonly parts: readonly string[] }[]

  constructor(endpoints: readonly Endpoint[]) {
    this.#endpoints = endpoints.map((endpoint) => ({ endpoint, parts: endpoint.path.split('/') }))
  }

  /** @throws Refusal 400, 404, 405 */
  find(method: string, pathname: string): Route {
    const given = pathname.split('/')
    const fitting = this.#endpoints.filter(({ parts }) => fits(parts, given))
    if (fitting.length === 0) throw notFound('no such path; /openapi.json describes those there are')
    const found = fitting.find(({ endpoint }) => endpoint.method === asked(method))
    if (!found) throw wrongMethod(fitting.map(({ endpoint }) => endpoint.method))
    const texts = found.parts.flatMap((part, i): [string, string][] =>
      isParameter(part) ? [[part.slice(1, -1), decodedPart(given[i] ?? '')]] : [],
    )
    return { endpoint: found.endpoint, texts: new Map(texts) }
  }
}

function fits(parts: readonly string[], given: readonly string[]): boolean {
  return parts.length === given.length && parts.every((part, i) => isParameter(part) || part === given[i])
}

function isParameter(part: string): boolean {
  return part.startsWith('{')
}

function asked(method: string): string {
  return method === 'HEAD' ? 'GET' : method
}

function wrongMethod(methods: readonly string[]): Refusal {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  return new Refusal({
    status: 405,
    code: 'request-method',
    detail: `only ${allow} here`,
    headers: { allow },
  })
}
