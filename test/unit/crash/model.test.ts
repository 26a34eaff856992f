import { expect, test } from 'vitest'
import { ClickGenerator, clickId } from '../../crash/clicks.ts'
import { ClickModel, outputKey } from '../../crash/model.ts'

const rule = { sizeMs: 300_000, graceMs: 60_000 }
const ten = Date.UTC(2024, 0, 5, 10)

test('counts by key and window; an update carries the latest time counted', () => {
  const model = new ClickModel(rule)
  model.add(0, 'a', ten + 5)
  model.add(0, 'a', ten + 3)
  model.add(0, 'b', ten + 300_000)
  model.add(0, 'a', ten + 299_999)
  expect([...model.windows]).toEqual([
    [
      'a@2024-01-05 10:00:00',
      { key: 'a', start: ten, partition: 0, updates: [ten + 5, ten + 5, ten + 299_999] },
    ],
    ['b@2024-01-05 10:05:00', { key: 'b', start: ten + 300_000, partition: 0, updates: [ten + 300_000] }],
  ])
})

test('a window closes when stream time reaches its end plus the grace', () => {
  const model = new ClickModel(rule)
  model.add(0, 'a', ten + 359_999)
  model.add(0, 'b', ten)
  expect(model.late).toBe(0)
  model.add(0, 'a', ten + 360_000)
  model.add(0, 'b', ten + 1)
  expect(model.late).toBe(1)
  expect(model.windows.get(outputKey('b', ten))!.updates).toEqual([ten])
})

test('each partition has its own stream time', () => {
  const model = new ClickModel(rule)
  model.add(0, 'a', ten + 3_600_000)
  model.add(1, 'b', ten)
  expect(model.late).toBe(0)
  expect([model.streamTime(0), model.streamTime(1), model.streamTime(2)]).toEqual([ten + 3_600_000, ten, -1])
})

test('the generated clicks are in order, out of order and late, and the same for one seed', () => {
  const make = (): number[] => {
    const generator = new ClickGenerator(7)
    const model = new ClickModel(rule)
    let outOfOrder = 0
    let latest = 0
    for (let i = 0; i < 20_000; i++) {
      const { id, click } = generator.next()
      if (clickId(click) !== i || id !== i) throw new Error(`click ${i} says it is ${id}, ${clickId(click)}`)
      if (click.timestamp < latest) outOfOrder++
      latest = Math.max(latest, click.timestamp)
      model.add(0, click.userId, click.timestamp * 1000)
    }
    return [outOfOrder, model.late, model.windows.size]
  }
  const [outOfOrder, late, windows] = make()
  expect(make()).toEqual([outOfOrder, late, windows])
  expect(outOfOrder).toBeGreaterThan(2000)
  expect(late).toBeGreaterThan(200)
  expect(windows).toBeGreaterThan(2000)
})
