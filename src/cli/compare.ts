import type { RepartitionDocument, StoreDocument, TopologyDocument } from '../plan/describe-json.ts'

/**
 * What a change of a topology does to what the application has left in Kafka and on disk. `breaks`: state is lost,
 * records are orphaned, or bytes are read as what they are not. `note`: nothing is lost.
 */
export interface Finding {
  readonly severity: 'breaks' | 'note'
  readonly what: string
  /** What happens if it is deployed as it is. */
  readonly consequence: string
  readonly advice: string
}

/** Of two versions of a topology; empty if the new one goes on where the old one stops. */
export function compareTopologies(old: TopologyDocument, now: TopologyDocument): readonly Finding[] {
  return [...compareStores(old, now), ...compareRepartitions(old, now), ...compareSources(old, now)]
}

function compareStores(old: TopologyDocument, now: TopologyDocument): readonly Finding[] {
  const { gone, added, kept } = matched(old.stores, now.stores)
  const renamed = pairs(gone, added, sameContent)
  const dropped = gone.filter((store) => !renamed.some(([from]) => from === store))
  return [
    ...renamed.map(([from, to]) => renamedStore(from, to)),
    ...dropped.map(droppedStore),
    ...kept.flatMap(([before, after]) => changedStore(before, after)),
  ]
}

/** The fingerprint says all but the name. */
function sameContent(a: StoreDocument, b: StoreDocument): boolean {
  return a.fingerprint === b.fingerprint
}

function renamedStore(from: StoreDocument, to: StoreDocument): Finding {
  const topics =
    from.changelogTopic !== undefined && to.changelogTopic !== undefined
      ? ` and its changelog ${from.changelogTopic} becomes ${to.changelogTopic}`
      : ''
  return {
    severity: 'breaks',
    what: `store ${from.name} becomes ${to.name}${topics}`,
    consequence: 'The new store starts empty; the content of the old one is orphaned.',
    advice: isGenerated(from.name)
      ? `Generated names count the steps before them. Give the store its old name, { store: { name: '${from.name}' } }, and it stays where it is; better, give it a name of its own at the next reset.`
      : `Give it its old name, { store: { name: '${from.name}' } }; or start under a new application id and let it be filled from the input.`,
  }
}

function droppedStore({ name, changelogTopic }: StoreDocument): Finding {
  return {
    severity: 'breaks',
    what: `store ${name} is dropped`,
    consequence:
      changelogTopic === undefined
        ? 'Its local state is of no use any more.'
        : `Its changelog ${changelogTopic} stays in Kafka, and nothing reads it.`,
    advice:
      changelogTopic === undefined
        ? 'If that is meant, nothing is to be done.'
        : 'If that is meant, delete the topic once no old instance runs. If not, keep the operator that fills the store.',
  }
}

function changedStore(before: StoreDocument, after: StoreDocument): readonly Finding[] {
  const found: Finding[] = []
  const { name } = before
  if (before.fingerprint !== after.fingerprint) found.push(changedContent(before, after))
  if (before.changelogTopic !== undefined && after.changelogTopic === undefined)
    found.push({
      severity: 'breaks',
      what:
        after.sourceTopic === undefined
          ? `store ${name} no longer has a changelog`
          : `store ${name} is restored from ${after.sourceTopic} in place of its changelog`,
      consequence:
        after.sourceTopic === undefined
          ? `It is lost with the local copy; ${before.changelogTopic} is orphaned.`
          : `${before.changelogTopic} is orphaned; the source topic must be compacted and hold everything.`,
      advice:
        after.sourceTopic === undefined
          ? 'Leave the changelog on unless the content may be lost.'
          : 'Topology optimization does this; set it as it was, or reset the application.',
    })
  if (before.changelogTopic === undefined && after.changelogTopic !== undefined)
    found.push({
      severity: 'breaks',
      what: `store ${name} gets a changelog, ${after.changelogTopic}`,
      consequence: `The changelog begins empty: what is in the store now is lost when it is restored.`,
      advice: 'Reset the application, so that the changelog is filled from the input.',
    })
  if (before.subtopology !== after.subtopology)
    found.push({
      severity: 'note',
      what: `store ${name} moves from subtopology ${before.subtopology ?? 'global'} to ${after.subtopology ?? 'global'}`,
      consequence: 'Its tasks have other numbers, so it is restored from its changelog once.',
      advice:
        'Stop all old instances before the new ones start: versions with other task numbers cannot run together.',
    })
  return found
}

function changedContent(before: StoreDocument, after: StoreDocument): Finding {
  const changes = [
    change('kind', before.kind, after.kind),
    change('key serde', before.keySerde, after.keySerde),
    change('value serde', before.valueSerde, after.valueSerde),
  ].flat()
  const what = changes.length > 0 ? changes.join(', ') : `${before.fingerprint} becomes ${after.fingerprint}`
  return {
    severity: 'breaks',
    what: `store ${before.name} means something else: ${what}`,
    consequence: `The local copy is set aside and restored from ${before.changelogTopic ?? before.sourceTopic ?? 'nothing'}, whose records were written by the old version.`,
    advice:
      'Give the store a new name and fill it from the input, reset the application, or make sure that the new serdes read the old bytes.',
  }
}

function change(what: string, before: string, after: string): readonly string[] {
  return before === after ? [] : [`${what} ${before} becomes ${after}`]
}

function compareRepartitions(old: TopologyDocument, now: TopologyDocument): readonly Finding[] {
  const { gone, added, kept } = matched(old.repartitionTopics, now.repartitionTopics)
  const renamed = pairs(gone, added, sameSerdes)
  const dropped = gone.filter((topic) => !renamed.some(([from]) => from === topic))
  return [
    ...renamed.map(
      ([from, to]): Finding => ({
        severity: 'breaks',
        what: `repartition topic ${from.name} becomes ${to.name}`,
        consequence: 'Records in the old topic that are not processed yet are never read.',
        advice: `Name the grouping, join or repartition step so that the topic keeps its name; or let the old version read it to its end before the new one starts.`,
      }),
    ),
    ...dropped.map(
      ({ name }): Finding => ({
        severity: 'breaks',
        what: `repartition topic ${name} is dropped`,
        consequence: 'Records in it that are not processed yet are never read; the topic stays in Kafka.',
        advice:
          'Let the old version read it to its end (millrace lag) before the new one starts, then delete it.',
      }),
    ),
    ...kept.flatMap(([before, after]) => changedRepartition(before, after)),
  ]
}

function sameSerdes(a: RepartitionDocument, b: RepartitionDocument): boolean {
  return a.keySerde === b.keySerde && a.valueSerde === b.valueSerde
}

function changedRepartition(before: RepartitionDocument, after: RepartitionDocument): readonly Finding[] {
  const found: Finding[] = []
  if (!sameSerdes(before, after))
    found.push({
      severity: 'breaks',
      what: `repartition topic ${before.name}: ${[
        change('key serde', before.keySerde, after.keySerde),
        change('value serde', before.valueSerde, after.valueSerde),
      ]
        .flat()
        .join(', ')}`,
      consequence: 'Records in it that are not processed yet are read with serdes that did not write them.',
      advice: 'Let the old version read it to its end before the new one starts, or name the step anew.',
    })
  if (before.partitions !== after.partitions)
    found.push({
      severity: 'breaks',
      what: `repartition topic ${before.name}: partitions ${before.partitions ?? 'as its sources'} become ${after.partitions ?? 'as its sources'}`,
      consequence:
        'The topic exists with the old number and is not changed: the application refuses to start, or keys go to other tasks than their state.',
      advice: 'Keep the number, or reset the application (millrace reset), which deletes the topic.',
    })
  return found
}

function compareSources(old: TopologyDocument, now: TopologyDocument): readonly Finding[] {
  const [before, after] = [sourceTopics(old), sourceTopics(now)]
  return [
    ...[...before]
      .filter((topic) => !after.has(topic))
      .map(
        (topic): Finding => ({
          severity: 'note',
          what: `topic ${topic} is no longer read`,
          consequence: 'Its committed offsets expire in time.',
          advice: 'If that is meant, nothing is to be done.',
        }),
      ),
    ...[...after]
      .filter((topic) => !before.has(topic))
      .map(
        (topic): Finding => ({
          severity: 'note',
          what: `topic ${topic} is read too`,
          consequence: 'It must exist; it is read from where offsetReset says.',
          advice: 'Stop all old instances before the new ones start: they do not agree about what to read.',
        }),
      ),
  ]
}

function sourceTopics({ subtopologies, globalStores, repartitionTopics }: TopologyDocument): Set<string> {
  const nodes = [...subtopologies.flatMap(({ nodes }) => nodes), ...globalStores.map(({ source }) => source)]
  const topics = nodes.flatMap((node) =>
    node.kind === 'source' ? (node.pattern === undefined ? node.topics : [`/${node.pattern}/`]) : [],
  )
  return new Set(topics.filter((topic) => !repartitionTopics.some(({ name }) => name.endsWith(`-${topic}`))))
}

interface Named {
  readonly name: string
}

interface Matched<T> {
  readonly gone: readonly T[]
  readonly added: readonly T[]
  readonly kept: readonly (readonly [before: T, after: T])[]
}

function matched<T extends Named>(before: readonly T[], after: readonly T[]): Matched<T> {
  const newer = new Map(after.map((one) => [one.name, one]))
  const names = new Set(before.map(({ name }) => name))
  return {
    gone: before.filter(({ name }) => !newer.has(name)),
    added: after.filter(({ name }) => !names.has(name)),
    kept: before.flatMap((one) => {
      const same = newer.get(one.name)
      return same ? [[one, same] as const] : []
    }),
  }
}

/** Each of the one with the first of the other that is like it, and that no earlier one has taken. */
function pairs<T>(
  from: readonly T[],
  to: readonly T[],
  alike: (a: T, b: T) => boolean,
): readonly (readonly [from: T, to: T])[] {
  const free = [...to]
  return from.flatMap((one) => {
    const at = free.findIndex((other) => alike(one, other))
    return at < 0 ? [] : [[one, free.splice(at, 1)[0]!] as const]
  })
}

/** `KSTREAM-AGGREGATE-STATE-STORE-0000000003`. */
function isGenerated(name: string): boolean {
  return /-\d{10}$/.test(name)
}
