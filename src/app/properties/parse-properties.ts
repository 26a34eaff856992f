import { StreamsError } from '../../core/errors.ts'

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

/**
 * Reads the format of Java's `.properties` files (java.util.Properties.load): comments, `=`, `:` or blanks between key
 * and value, escapes, and lines that a backslash at their end continues. Of a key that is there twice the last counts.
 * @throws StreamsError `options-invalid` for an escape that is none.
 */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const end = keyEnd(line)
    const value = line.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')
    properties.set(unescaped(line.slice(0, end)), unescaped(value))
  }
  return properties
}

/** Without comments and blank lines, leading blanks removed, continued lines joined. */
function logicalLines(text: string): readonly string[] {
  const lines: string[] = []
  let continued: string | undefined
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(/^[ \t\f]+/, '')
    if (continued === undefined && /^(?:[#!]|$)/.test(line)) continue
    const whole: string = (continued ?? '') + line
    continued = endsOpen(line) ? whole.slice(0, -1) : undefined
    if (continued === undefined) lines.push(whole)
  }
  if (continued !== undefined) lines.push(continued)
  return lines.filter((line) => line !== '')
}

/** Two backslashes at the end are one that was escaped. */
function endsOpen(line: string): boolean {
  return /\\*$/.exec(line)![0].length % 2 === 1
}

function keyEnd(line: string): number {
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '\\') at++
    else if (/[=: \t\f]/.test(line[at]!)) return at
  }
  return line.length
}

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(u)|(.))|\\$/gs, (_, code, bad, other) => {
    if (bad !== undefined)
      throw new StreamsError('options-invalid', 'a property has a \\u without four hexadecimal digits')
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    return other === undefined ? '' : (escapes[other] ?? other)
  })
}
