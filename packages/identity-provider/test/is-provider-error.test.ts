import t from 'tap'
import { errors, isProviderError } from '../dist/index.js'

t.test("each of the contract's errors is recognized", async t => {
  for (const [name, Constructor] of Object.entries(errors)) {
    t.ok(isProviderError(new (Constructor as new (...values: string[]) => Error)('x', 'y', 'z')), name)
  }
})

t.test('an error of another copy of this package is recognized by its code', async t => {
  t.ok(isProviderError(Object.assign(new Error('expired'), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' })))
})

t.test('nothing else is', async t => {
  for (const other of [new Error('no code'), Object.assign(new Error('another code'), { code: 'ECONNREFUSED' }), Object.assign(new Error('a number'), { code: 23 }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' }, 'IDENTITY_PROVIDER_ERR_INVALID_CODE', null, undefined]) {
    t.notOk(isProviderError(other))
  }
})
