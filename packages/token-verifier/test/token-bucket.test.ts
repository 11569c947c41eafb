import t from 'tap'
import { createTokenBucket } from '../dist/token-bucket.js'
import { createClock } from './helpers/clock.js'

t.test('lets three pass at once, then one in five seconds, and saves up no more than three', async t => {
  const { now, advance } = createClock()
  const { take } = createTokenBucket({ capacity: 3, refillMs: 5000, now })
  const takeAll = (): number => {
    let taken = 0
    while (taken < 10 && take()) taken++
    return taken
  }
  t.equal(takeAll(), 3)
  advance(4999)
  t.equal(takeAll(), 0)
  advance(1)
  t.equal(takeAll(), 1)
  advance(12_500)
  t.equal(takeAll(), 2)
  advance(2500)
  t.equal(takeAll(), 1, 'half of one was left')
  advance(60 * 60_000)
  t.equal(takeAll(), 3)
})
