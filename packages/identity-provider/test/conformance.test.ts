import t from 'tap'
import { runConformance } from '../dist/conformance/index.js'
import { failuresOf, startIssuers, tinySubject } from './helpers/tiny-subject.js'

const issuers = await startIssuers(t)

t.test('the suite passes a correct adapter with every capability, with a working and a broken counterpart', async t => {
  await runConformance(t, tinySubject(issuers, { outages: ['down', 'hanging', 'garbage'] }))
})

t.test('the suite passes a correct adapter with one capability', async t => {
  t.strictSame(await failuresOf(issuers, { only: ['tokenRefresh'], outages: ['down'] }), [])
})
