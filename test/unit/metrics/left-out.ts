/** Java's metrics that Millrace does not have, and why. By group; a name, or what several begin with. */
export const leftOut: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'stream-metrics': { 'commit-id': 'a package has a version only' },
  'stream-thread-metrics': {
    'tasks-revoked': 'of the streams group protocol (KIP-1071), which is not spoken',
    'tasks-assigned': 'as above',
    'tasks-lost': 'as above',
  },
  'stream-task-metrics': {
    'enforced-processing': 'not counted yet',
    'record-lateness': 'a measurement per record: the kernel counts late records, under `dropped-records`',
  },
  'stream-processor-node-metrics': {
    'suppression-emit': 'not counted yet: outputs of the whole task are under `records-produced-total`',
    'idempotent-update-skip': 'not counted yet',
    'window-aggregate-final-emit': 'not counted yet',
  },
  'stream-state-metrics': {
    'num-open-iterators': 'iterators end with the call or the slice that made them',
    'oldest-iterator-open-since-ms': 'as above',
    'iterator-duration': 'as above',
    flush: 'stores are flushed together: the commit of the thread says how long it took',
    commit: 'as above',
    restore: 'stores are restored by stretches of records: `restore-rate` of the task',
    'suppression-buffer-count': 'not measured yet',
    'suppression-buffer-size': 'not measured yet',
    'record-e2e-latency': 'a measurement per record at every store; that of the source says most of it',
  },
}
