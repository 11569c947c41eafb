import t from 'tap'
import { bearerToken } from '../dist/bearer-token.js'

for (const header of ['Bearer a.b.c', 'bearer a.b.c', 'BEARER a.b.c', 'Bearer   a.b.c']) {
  t.test(`"${header}" carries a token`, async t => {
    t.equal(bearerToken(header, ['Authorization', header]), 'a.b.c')
  })
}

for (const header of ['', 'Bearer', 'Basic YTpi', 'a.b.c', 'Bearera.b.c', 'Token a.b.c', ' Bearer a.b.c', 'Bearer\ta.b.c']) {
  t.test(`"${header}" is refused`, async t => {
    t.throws(() => bearerToken(header, []), { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'malformed' })
  })
}

t.test('two headers are refused, whatever their case', async t => {
  const rawHeaders = ['Authorization', 'Bearer a.b.c', 'Host', 'localhost', 'AUTHORIZATION', 'Bearer d.e.f']
  t.throws(() => bearerToken('Bearer a.b.c', rawHeaders), { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'malformed' })
})
