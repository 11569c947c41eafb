import t from 'tap'
import { createClockCheck } from '../dist/clock-check.js'

const here = Date.UTC(2026, 0, 1, 12)
const at = (secondsFromHere: number, more: Record<string, string> = {}) => new Headers({ date: new Date(here + secondsFromHere * 1000).toUTCString(), ...more })

/** What is told of answers that come one after the other. */
function told (answers: Headers[], toleranceMs = 30_000): number[] {
  const ahead: number[] = []
  const check = createClockCheck({ toleranceMs, now: () => here, onDifference: aheadMs => { ahead.push(aheadMs) } })
  for (const headers of answers) check(headers)
  return ahead
}

t.test('tells by how much this machine is ahead of an issuer, or behind, beyond what is tolerated', async t => {
  t.strictSame(told([at(-31)]), [31_000])
  t.strictSame(told([at(31)]), [-31_000])
  t.strictSame(told([at(-30)]), [])
  t.strictSame(told([at(30)]), [])
})

t.test('is as exact as the date of an answer is, where nothing is tolerated', async t => {
  t.strictSame(told([at(-5)], 0), [])
  t.strictSame(told([at(-6)], 0), [6000])
})

t.test('tells once, and again when the clocks have agreed meanwhile', async t => {
  t.strictSame(told([at(-60), at(-61), at(-2), at(-62)]), [60_000, 62_000])
})

t.test('an answer that a cache kept is older than it is dated, or dated anew', async t => {
  t.strictSame(told([at(-3600, { age: '3590' })]), [])
  t.strictSame(told([at(0, { age: '3590' })]), [])
  t.strictSame(told([at(-3600, { age: '3000' })]), [600_000])
  t.strictSame(told([at(40, { age: '3590' })]), [-40_000])
})

t.test('says nothing of an answer without a date', async t => {
  t.strictSame(told([new Headers(), new Headers({ date: 'yesterday' })]), [])
  t.strictSame(told([at(-60, { age: 'old' })]), [60_000])
})
