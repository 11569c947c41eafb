import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { createWarningLimit } from '../dist/warning-limit.js'

t.test('a key is warned of once, until the time is over, however often it comes meanwhile', async t => {
  const mayWarn = createWarningLimit({ everyMs: 300, max: 10 })
  const begun = performance.now()
  t.equal(mayWarn('a'), true)
  t.equal(mayWarn('b'), true)
  let again = false
  while (!again) {
    await wait(10)
    again = mayWarn('a')
  }
  const ms = performance.now() - begun
  // Its clock and this one count milliseconds differently.
  t.ok(ms > 290, `after ${Math.round(ms)} ms`)
})

t.test('no more keys are kept than it is told: the one that came least recently is forgotten', t => {
  const mayWarn = createWarningLimit({ everyMs: 60 * 60_000, max: 2 })
  t.strictSame(['a', 'b', 'a', 'c', 'a', 'b'].map(mayWarn), [true, true, false, true, false, true])
  t.end()
})
