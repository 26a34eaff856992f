import { expect, test } from 'vitest'
import { Hooks } from '../../../src/core/hooks.ts'

test('listeners hear their own events until they stop listening', () => {
  const hooks = new Hooks()
  const heard: string[] = []
  const facts = { thread: 't', records: 1, durationMs: 2 }
  const stopFirst = hooks.on('committed', () => heard.push('first'))
  hooks.on('committed', ({ records }) => heard.push(`second ${records}`))
  hooks.on('tasks', () => heard.push('tasks'))
  hooks.emit('committed', facts)
  stopFirst()
  stopFirst()
  hooks.emit('committed', facts)
  expect(heard).toEqual(['first', 'second 1', 'second 1'])
})

test('a listener that removes itself does not silence the next', () => {
  const hooks = new Hooks()
  const heard: string[] = []
  const stop = hooks.on('state', () => {
    heard.push('once')
    stop()
  })
  hooks.on('state', () => heard.push('always'))
  for (const to of ['RUNNING', 'ERROR']) hooks.emit('state', { from: 'CREATED', to, error: null })
  expect(heard).toEqual(['once', 'always', 'always'])
})
