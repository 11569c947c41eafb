import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { openApp } from './helpers/app.js'

const invalid = { status: 401, body: { code: 'API_TOKENS_ERR_TOKEN_INVALID', message: 'Token invalid' }, challenge: 'Bearer error="invalid_token", error_description="Token invalid"' }

t.test('a request with an API token acts as it, in whatever case the scheme is written', async t => {
  const { app, ask, roles } = await openApp(t, 'sqlite')
  const { token, secret } = await app.apiTokens.create({ name: 'x', roles: await roles('A') })
  for (const authorization of [`Bearer ${secret}`, `bearer ${secret}`, `BEARER ${secret}`, `Bearer   ${secret}`]) {
    t.strictSame((await ask(authorization)).body, { accepted: true, principal: { kind: 'apiToken', tokenId: token.id, roles: token.roles } })
  }
})

t.test('a request with no API token is left as it was', async t => {
  const { app, ask } = await openApp(t, 'sqlite')
  const { secret } = await app.apiTokens.create({ name: 'x', roles: [] })
  const others = [undefined, '', 'Bearer', 'Bearer ', 'Bearer eyJhbGciOiJub25lIn0.e30.', `Basic ${secret}`, secret, `Bearer${secret}`, `Bearer "${secret}"`, `Bearer ${secret.replace('lk_', 'LK_')}`, `Bearer\t${secret}`, `X Bearer ${secret}`]
  for (const authorization of others) t.strictSame((await ask(authorization)).body, { accepted: false, principal: null }, `${authorization}`)
})

t.test('a request with a token that fails is refused, and told how', async t => {
  const { app, ask } = await openApp(t, 'sqlite')
  const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [] })
  for (const value of ['lk_', `${secret} `, `${secret},${secret}`, `${secret} ${secret}`, `${secret}x`, 'lk_a.b.c', `lk_${'x'.repeat(1_000_000)}`, `lk_${'y'.repeat(43)}`]) {
    t.match(await ask(`Bearer ${value}`), invalid, value.slice(0, 60))
  }
  await app.apiTokens.update(token.id, { expiresAt: '2020-01-31' })
  t.match(await ask(`Bearer ${secret}`), { status: 401, body: { code: 'API_TOKENS_ERR_TOKEN_EXPIRED', message: 'Token expired' }, challenge: 'Bearer error="invalid_token", error_description="Token expired"' })
  await app.apiTokens.revoke(token.id)
  t.match(await ask(`Bearer ${secret}`), invalid)
  await app.apiTokens.delete(token.id)
  t.match(await ask(`Bearer ${secret}`), invalid)
})

t.test('two Authorization headers are refused where the first has an API token', async t => {
  const { app } = await openApp(t, 'sqlite')
  const { secret } = await app.apiTokens.create({ name: 'x', roles: [] })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const send = async (...headers: string[]) => await new Promise<string>((resolve, reject) => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    let text = ''
    socket.on('data', data => { text += data.toString() }).on('close', () => { resolve(text) }).on('error', reject)
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers.map(header => `${header}\r\n`).join('')}\r\n`)
  })
  t.match(await send(`Authorization: Bearer ${secret}`), /^HTTP\/1\.1 200 [\s\S]*"accepted":true/)
  t.match(await send(`authorization:   Bearer ${secret}  `), /^HTTP\/1\.1 200 [\s\S]*"accepted":true/, 'white space around the value is none of it')
  t.match(await send(`Authorization: Bearer ${secret}`, 'AUTHORIZATION: Basic x'), /^HTTP\/1\.1 401/)
  t.match(await send(`Authorization: Bearer ${secret}`, `Authorization: Bearer ${secret}`), /^HTTP\/1\.1 401/)
})

t.test('refusals are logged by their reason, and no log or answer has a secret or its hash', async t => {
  const { app, ask, logs } = await openApp(t, 'sqlite')
  const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [] })
  const answers = [await ask(`Bearer ${secret}`), await ask(`Bearer ${secret}x`)]
  const unknown = `lk_${'z'.repeat(43)}`
  answers.push(await ask(`Bearer ${unknown}`))
  await app.apiTokens.revoke(token.id)
  answers.push(await ask(`Bearer ${secret}`))
  const reasons = logs.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'An API token was refused').map(({ reason, level }) => [level, reason])
  t.strictSame(reasons, [[30, 'malformed'], [30, 'unknown'], [30, 'revoked']])
  const [row] = await app.db.selectFrom('latchkey_api_tokens').select('secret_hash').execute()
  for (const text of [secret.slice(3), 'z'.repeat(43), row?.secret_hash as string]) t.notOk((logs.join() + JSON.stringify(answers)).includes(text))
})

t.test('a database that does not answer refuses the request, and says nothing about the token', async t => {
  const { app, ask } = await openApp(t, 'sqlite')
  const { secret } = await app.apiTokens.create({ name: 'x', roles: [] })
  await app.db.schema.dropTable('latchkey_api_token_roles').execute()
  const answer = await ask(`Bearer ${secret}`)
  t.equal(answer.status, 500)
  t.notMatch(JSON.stringify(answer), 'Token')
})
