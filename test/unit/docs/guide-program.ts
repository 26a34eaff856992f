/** A code block of a guide. */
interface Block {
  /** From 1. */
  readonly line: number
  readonly code: string
  /** It needs what a test has not: a broker, say. It is compiled all the same. */
  readonly runs: boolean
}

/** The TypeScript blocks of a page, in order; ```` ```ts no-run ```` is not to be run. */
function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```ts( no-run)?\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: markdown.slice(0, match.index).split('\n').length,
    code: match[2]!,
    runs: match[1] === undefined,
  }))
}

/** One program of all blocks of a page: each knows what those before it have said. Empty if it has none. */
export function guideProgram(markdown: string): string {
  const imports: string[] = []
  const bodies = blocksOf(markdown).map(({ line, code, runs }, i) => {
    const body = code.replace(/^import [\s\S]*? from '[^']+'\n/gm, (statement) => {
      imports.push(statement)
      return ''
    })
    if (runs) return `// line ${line}\n${body}`
    return `// line ${line}\nexport async function block${i}(): Promise<void> {\n${body}}\n`
  })
  return bodies.length === 0 ? '' : [...imports, ...bodies].join('\n')
}
