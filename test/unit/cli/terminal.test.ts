import { expect, test } from 'vitest'
import { Progress, progressLine } from '../../../src/cli/progress.ts'
import { tableLines } from '../../../src/cli/table.ts'
import { Terminal } from '../../../src/cli/terminal.ts'

class Screen {
  readonly isTTY: boolean
  readonly columns = 60
  text = ''

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  write(text: string): boolean {
    this.text += text
    return true
  }
}

const terminal = (isTTY: boolean, env: Record<string, string> = {}): Terminal =>
  new Terminal({ out: new Screen(isTTY), err: new Screen(isTTY), env, json: false })

test('there are colours in a terminal only, and none with NO_COLOR', () => {
  expect(terminal(true).paint('red', 'x')).toBe('\x1b[31mx\x1b[39m')
  expect(terminal(false).paint('red', 'x')).toBe('x')
  expect(terminal(true, { NO_COLOR: '1' }).paint('red', 'x')).toBe('x')
  expect(terminal(true, { NO_COLOR: '' }).paint('red', 'x')).toContain('\x1b[31m')
  expect(terminal(true, { TERM: 'dumb' }).paint('red', 'x')).toBe('x')
})

test('a progress bar is drawn in a terminal, anew only when it moves, and is gone at the end', () => {
  const [screen, pipe] = [new Screen(true), new Screen(false)]
  for (const stream of [screen, pipe]) {
    using progress = new Progress(stream, 'reading', 1000)
    for (let i = 0; i < 500; i++) progress.advance(1)
  }
  expect(pipe.text).toBe('')
  const drawn = screen.text.split('\r\x1b[2K')
  expect(drawn.at(-1)).toBe('')
  expect(drawn.at(-2)).toBe(progressLine('reading', 50, 500))
  expect(drawn).toHaveLength(1 + 51 + 1)
  expect(progressLine('reading', 25, 1250)).toBe('reading [######------------------]  25%  1,250')
})

test('columns are as wide as they must be, and numbers stand on the right', () => {
  const lines = tableLines(
    ['NAME', 'N', 'WHO'],
    [
      ['a-long-name', 7, 'x'],
      ['b', 1234, undefined],
    ],
  )
  expect(lines).toEqual(['NAME            N  WHO', 'a-long-name     7  x', 'b            1234  -'])
})
