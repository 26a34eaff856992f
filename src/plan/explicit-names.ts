import { StreamsError } from '../core/errors.ts'
import type { GraphNode } from './graph.ts'
import type { UnnamedStore } from './naming.ts'
import type { Plan } from './plan.ts'

/** What generated names of stores and topics hold: a prefix in capitals and an index of ten digits. */
const generated = /(^[A-Z][A-Z-]*|-STATE-STORE)-\d{10}(-|$)/

/**
 * Java's `ensure.explicit.internal.resource.naming` (KIP-1111): generated names change when a topology does, and then
 * state is lost. As in Java, what a foreign-key join has beside its result is not asked for.
 * @param graph before optimizations.
 * @param unnamed stores that tables have or would have.
 * @throws StreamsError `topology-invalid` naming all stores and internal topics that the user did not name.
 */
export function checkExplicitNames(
  plan: Plan,
  graph: readonly GraphNode[],
  unnamed: readonly UnnamedStore[],
): void {
  const written = plan.stores
    .filter(({ kind, name }) => kind !== 'fk-subscription' && generated.test(name))
    .map(({ name, kind, changelog }) => ({ name, kind, logged: changelog !== 'off' }))
  const known = new Set(unnamed.map(({ name }) => name))
  const more = written.filter(({ name }) => !known.has(name))
  const logged = [...unnamed, ...more].filter((store) => store.logged)
  const problems = [
    notNamed(
      'changelog topic',
      logged.map(({ name }) => `${name}-changelog`),
    ),
    // Of `suppress`, Java asks for the topic alone.
    notNamed('state store', [
      ...known,
      ...more.filter(({ kind }) => kind !== 'suppress-buffer').map(({ name }) => name),
    ]),
    notNamed('repartition topic', unnamedRepartitions(graph)),
  ].join('')
  if (problems !== '') throw new StreamsError('topology-invalid', problems)
}

function unnamedRepartitions(graph: readonly GraphNode[]): readonly string[] {
  return graph.flatMap(({ step }) =>
    step.kind === 'repartition' && (step.namedAfterNode || generated.test(step.names.topic))
      ? [step.names.topic]
      : [],
  )
}

function notNamed(what: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `Following ${what}(s) has not been named: ${names.join(', ')}\n`
}
