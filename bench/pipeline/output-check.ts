/** What must hold of a pipeline's output. */
export interface OutputCheck {
  /** Of each record in order. @throws Error */
  see(key: string, value: Buffer | null): void
  /** @param input how many records it was made of. @throws Error */
  finish(input: number): void
}

/** Each update of a key is one more than the last, and the last ones add up to the input. */
export function increments(read: (value: Buffer) => number): OutputCheck {
  const counts = new Map<string, number>()
  return {
    see(key, value) {
      const previous = counts.get(key) ?? 0
      const count = read(value!)
      if (count !== previous + 1) throw new Error(`${key}: ${count} follows ${previous}`)
      counts.set(key, count)
    },
    finish: (input) => checkSum(counts.values(), input),
  }
}

/** The last values of keys that were not deleted add up to the input. */
export function lastOnes(read: (value: Buffer) => number): OutputCheck {
  const counts = new Map<string, number>()
  return {
    see(key, value) {
      if (value) counts.set(key, read(value))
      else counts.delete(key)
    },
    finish: (input) => checkSum(counts.values(), input),
  }
}

/** There are as many records as there must be. */
export function outputs(expected: (input: number) => number): OutputCheck {
  let records = 0
  return {
    see: () => void records++,
    finish(input) {
      if (records !== expected(input))
        throw new Error(`${records} records of output, not the ${expected(input)} that ${input} records make`)
    },
  }
}

export function int64Of(value: Buffer): number {
  return Number(value.readBigInt64BE())
}

function checkSum(counts: Iterable<number>, input: number): void {
  let sum = 0
  for (const count of counts) sum += count
  if (sum !== input) throw new Error(`the counts add up to ${sum}, not to the ${input} records of the input`)
}
