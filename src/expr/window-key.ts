import { StreamsError } from '../core/errors.ts'
import type { KeyInWindow, WindowKey } from './expression.ts'
import type { WindowKeyNode, WindowKeyPart } from './node.ts'

/**
 * A readable key for a windowed one: `windowKey('{key}@{start:HH:mm:ss}')` makes `user123@10:00:00`.
 * `{key}` is the key as text, `{start:...}` and `{end:...}` print a bound of the window in UTC with the letters
 * yyyy MM dd HH mm ss SSS; other letters stand in no pattern, other characters for themselves.
 * @throws StreamsError `topology-invalid` with the position of what it does not understand.
 */
export function windowKey(template: string): WindowKey {
  const node: WindowKeyNode = Object.freeze({ kind: 'window-key', parts: Object.freeze(parse(template)) })
  return Object.freeze({ node })
}

function parse(template: string): WindowKeyPart[] {
  const parts: WindowKeyPart[] = []
  for (let at = 0; at < template.length; ) {
    const brace = template.slice(at).search(/[{}]/)
    const end = brace < 0 ? template.length : at + brace
    if (end > at) parts.push(Object.freeze({ kind: 'literal', text: template.slice(at, end) }))
    at = end
    if (at === template.length) break
    const close = template.indexOf('}', at)
    if (template[at] === '}' || close < 0) throw invalid(template, at, `'${template[at]}' has no partner`)
    parts.push(Object.freeze(placeholder(template, at + 1, close)))
    at = close + 1
  }
  return parts
}

function placeholder(template: string, from: number, to: number): WindowKeyPart {
  const text = template.slice(from, to)
  if (text === 'key') return { kind: 'key' }
  const match = /^(start|end):(.+)$/s.exec(text)
  if (!match) throw invalid(template, from, `expected key, start:<pattern> or end:<pattern>, found '${text}'`)
  const [, of, pattern] = match as unknown as [string, 'start' | 'end', string]
  checkPattern(template, from + of.length + 1, pattern)
  return { kind: 'time', of, pattern }
}

const runs = new Set(['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss', 'SSS'])

function checkPattern(template: string, from: number, pattern: string): void {
  for (const match of pattern.matchAll(/([A-Za-z])\1*|\{/g)) {
    if (runs.has(match[0])) continue
    throw invalid(
      template,
      from + match.index,
      `'${match[0]}' is not one of ${[...runs].join(', ')} nor a literal character`,
    )
  }
}

function invalid(template: string, at: number, problem: string): StreamsError {
  return new StreamsError(
    'topology-invalid',
    `windowKey(${JSON.stringify(template)}): at position ${at}, ${problem}`,
  )
}

/** Compiles a template to a function of the key. */
export function windowKeyText(node: WindowKeyNode): (key: KeyInWindow) => string {
  const parts = node.parts.map(partText)
  return (key) => parts.map((part) => part(key)).join('')
}

function partText(part: WindowKeyPart): (key: KeyInWindow) => string {
  switch (part.kind) {
    case 'literal':
      return () => part.text
    case 'key':
      return ({ key }) => String(key)
    case 'time': {
      const print = timePrinter(part.pattern)
      return ({ window }) => print(window[part.of])
    }
  }
}

const digits: Readonly<Record<string, (date: Date) => number>> = {
  y: (date) => date.getUTCFullYear(),
  M: (date) => date.getUTCMonth() + 1,
  d: (date) => date.getUTCDate(),
  H: (date) => date.getUTCHours(),
  m: (date) => date.getUTCMinutes(),
  s: (date) => date.getUTCSeconds(),
  S: (date) => date.getUTCMilliseconds(),
}

function timePrinter(pattern: string): (ms: number) => string {
  return (ms) => {
    const date = new Date(ms)
    return pattern.replace(/([yMdHmsS])\1*/g, (run, letter: string) =>
      String(digits[letter]!(date)).padStart(run.length, '0'),
    )
  }
}
