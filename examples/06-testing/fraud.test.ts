import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TopologyTestDriver } from 'millrace/testing'
import { alerts, fraudDetection, payments } from '../02-fraud-detection/fraud.ts'

// node --test: a topology is tested without a broker, and without waiting.
void test('a burst of payments above 1,000 gives one alert, when it is over', () => {
  using driver = new TopologyTestDriver(fraudDetection)
  const input = driver.input(payments)
  const output = driver.output(alerts)
  const pay = (second: number, amount: number): void =>
    input.pipe('card', { cardId: 'card', amount, at: second * 1000 })
  for (const [second, amount] of [
    [0, 400],
    [10, 500],
    [20, 300],
  ] as const)
    pay(second, amount)
  assert.equal(output.isEmpty, true)
  pay(60, 1)
  assert.deepEqual(output.read()?.value, { payments: 3, total: 1200 })
  assert.equal(output.isEmpty, true)
})

void test('payments that are half a minute apart are no burst', () => {
  using driver = new TopologyTestDriver(fraudDetection)
  const input = driver.input(payments)
  for (let i = 0; i < 5; i++) input.pipe('card', { cardId: 'card', amount: 400, at: i * 31_000 })
  assert.equal(driver.output(alerts).isEmpty, true)
})
