import t from 'tap'
import { createClockCheck } from '../dist/clock-check.js'

const here = Date.UTC(2026, 0, 1, 12)
const at = (secondsFromHere: number, more: Record<string, string> = {}) => new Headers({ date: new Date(here + secondsFromHere * 1000).toUTCString(), ...more })

/** The differences reported for a sequence of answers. */
function told (answers: Headers[], toleranceMs = 30_000): number[] {
  const ahead: number[] = []
  const check = createClockCheck({ toleranceMs, now: () => here, onDifference: aheadMs => { ahead.push(aheadMs) } })
  for (const headers of answers) check(headers)
  return ahead
}

t.test('reports how far this machine is ahead or behind, beyond the tolerance', async t => {
  t.strictSame(told([at(-31)]), [31_000])
  t.strictSame(told([at(31)]), [-31_000])
  t.strictSame(told([at(-30)]), [])
  t.strictSame(told([at(30)]), [])
})

t.test('without tolerance, it is as exact as the Date header', async t => {
  t.strictSame(told([at(-5)], 0), [])
  t.strictSame(told([at(-6)], 0), [6000])
})

t.test('reports once, and again only after the clocks have agreed', async t => {
  t.strictSame(told([at(-60), at(-61), at(-2), at(-62)]), [60_000, 62_000])
})

t.test('accounts for cached answers, with the old date or a new one', async t => {
  t.strictSame(told([at(-3600, { age: '3590' })]), [])
  t.strictSame(told([at(0, { age: '3590' })]), [])
  t.strictSame(told([at(-3600, { age: '3000' })]), [600_000])
  t.strictSame(told([at(40, { age: '3590' })]), [-40_000])
})

t.test('reports nothing for an answer without a date', async t => {
  t.strictSame(told([new Headers(), new Headers({ date: 'yesterday' })]), [])
  t.strictSame(told([at(-60, { age: 'old' })]), [60_000])
})
