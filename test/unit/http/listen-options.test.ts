import { expect, test } from 'vitest'
import { type ListenOptions, listenProblems } from '../../../src/http/listen-options.ts'

const token = 'correct-horse-battery'

test.each<ListenOptions>([
  { port: 0 },
  { host: 'localhost', port: 7070 },
  { host: '127.0.0.2', port: 7070 },
  { host: '::1', port: 7070 },
  { host: '0.0.0.0', port: 7070, auth: { token } },
  { host: '10.0.0.1', port: 7070, auth: { token: [token, `${token}2`] } },
  { host: '::', port: 7070, auth: { authorize: () => true } },
  { host: '0.0.0.0' },
  { auth: { token }, limits: { requests: 1, requestTimeout: '1s' } },
])('%o is fine', (listen) => {
  expect(listenProblems(listen)).toEqual([])
})

test.each<[unknown, RegExp]>([
  [7070, /^listen: give/],
  [null, /^listen: give/],
  [{ port: 0, hots: 'localhost' }, /hots: no such option/],
  [{ port: 70_000 }, /port: 70000 is not a port/],
  [{ port: '7070' }, /port: 7070 is not a port/],
  [{ host: '', port: 0 }, /host: not a name/],
  [{ host: '0.0.0.0', port: 0 }, /host: 0.0.0.0 can be reached from elsewhere/],
  [{ host: '::', port: 0 }, /can be reached from elsewhere/],
  [{ host: '127.example.com', port: 0 }, /can be reached from elsewhere/],
  [{ host: 'kafka-7', port: 0, auth: {} }, /can be reached from elsewhere/],
  [{ port: 0, auth: {} }, /auth: give/],
  [{ port: 0, auth: token }, /auth: give/],
  [{ port: 0, auth: { authorize: token } }, /authorize: not a function/],
  [{ port: 0, auth: { token: 'short' } }, /token: not text of at least 16/],
  [{ port: 0, auth: { token: `${token} ${token}` } }, /token: not text/],
  [{ port: 0, auth: { token: [token, 5] } }, /token: not text/],
  [{ port: 0, limits: { requests: 0 } }, /limits: requests: not a whole number/],
  [{ port: 0, limits: { results: '5' } }, /limits: results: not a whole number/],
  [{ port: 0, limits: { request: 5 } }, /limits: request: no such option/],
  [{ port: 0, limits: { requestTimeout: 'soon' } }, /limits: requestTimeout: "soon" is not/],
])('%o is not', (listen, problem) => {
  const problems = listenProblems(listen as ListenOptions)
  expect(problems.join('\n')).toMatch(problem)
  expect(problems.join('\n')).not.toContain(token)
})
