import t from 'tap'
import type { TrustedIssuer } from '../dist/index.js'
import { createTrustedIssuers, selectByAudience } from '../dist/trusted-issuers.js'

const issuer = 'https://id.example.com'
const web: TrustedIssuer = { id: 'web', issuer, clientId: 'web' }
const mobile: TrustedIssuer = { id: 'mobile', issuer, clientId: 'mobile', audiences: ['mobile', 'api'] }
const other: TrustedIssuer = { id: 'other', issuer: 'https://other.example.com/', clientId: 'web' }

const invalid = (reason: string) => ({ code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason })
const select = (entries: TrustedIssuer[], payload: Record<string, unknown>): string =>
  selectByAudience(createTrustedIssuers(entries).of(payload.iss), payload).id

/** The hint that the log shows for a refusal. */
function hintOf (refused: () => unknown): unknown {
  try {
    refused()
  } catch (error) {
    return (error as { hint: unknown }).hint
  }
  throw new Error('It was not refused')
}

const unknown: [string, unknown][] = [
  ['of nobody', 'https://evil.example.com'],
  ['with a slash too much', `${issuer}/`],
  ['with a slash too little', 'https://other.example.com'],
  ['in capitals', 'https://ID.example.com'],
  ['with the port spelled out', `${issuer}:443`],
  ['longer than a trusted one', `${issuer}.evil.com`],
  ['empty', ''],
  ['absent', undefined],
  ['a list', [issuer]],
  ['a number', 7],
  ['a name that objects inherit', '__proto__']
]
for (const [what, iss] of unknown) {
  t.test(`an iss ${what} is unknown`, async t => {
    t.throws(() => createTrustedIssuers([web, other]).of(iss), invalid('unknown_issuer'))
  })
}

t.test('the log has a hint if only the trailing slash differs', async t => {
  const hintOn = (iss: string) => hintOf(() => createTrustedIssuers([web, other]).of(iss))
  t.match(hintOn(`${issuer}/`), /slash/)
  t.match(hintOn('https://other.example.com'), /slash/)
  t.equal(hintOn('https://evil.example.com'), undefined)
})

const selected: [string, Record<string, unknown>, string][] = [
  ['the audience', { aud: 'web' }, 'web'],
  ['the audience in a list of one', { aud: ['mobile'] }, 'mobile'],
  ['another audience of the entry', { aud: 'api' }, 'mobile'],
  ['the audience with the client as azp', { aud: 'api', azp: 'mobile' }, 'mobile'],
  ['the audience with an audience of the entry as azp', { aud: 'mobile', azp: 'api' }, 'mobile'],
  ['several audiences, by azp', { aud: ['web', 'mobile'], azp: 'mobile' }, 'mobile'],
  ['several audiences, by azp, the other way', { aud: ['mobile', 'web'], azp: 'web' }, 'web']
]
for (const [what, payload, id] of selected) {
  t.test(`selects by ${what}`, async t => { t.equal(select([web, mobile, other], { iss: issuer, ...payload }), id) })
}

const mismatches: [string, Record<string, unknown>][] = [
  ['no audience', {}],
  ['an empty list', { aud: [] }],
  ['an audience of nobody', { aud: 'desktop' }],
  ['an audience in capitals', { aud: 'WEB' }],
  ['a number as audience', { aud: 7 }],
  ['a list with something else than strings', { aud: ['web', 7], azp: 'web' }],
  ['a list in a list', { aud: [['web']] }],
  ['several audiences without azp', { aud: ['web', 'desktop'] }],
  ['the same audience twice without azp', { aud: ['web', 'web'] }],
  ['several audiences and azp of another client', { aud: ['web', 'desktop'], azp: 'desktop' }],
  ['several audiences and an audience as azp that is not the client', { aud: ['mobile', 'api'], azp: 'api' }],
  ['one audience and azp of another client', { aud: 'web', azp: 'mobile' }],
  ['azp that is no string', { aud: 'web', azp: ['web'] }],
  ['azp null', { aud: 'web', azp: null }]
]
for (const [what, payload] of mismatches) {
  t.test(`${what}: audience_mismatch`, async t => {
    t.throws(() => select([web, mobile], { iss: issuer, ...payload }), invalid('audience_mismatch'))
  })
}

t.test('azp may be the client even if it is not an audience', async t => {
  t.equal(select([{ ...web, audiences: ['api'] }], { iss: issuer, aud: 'api', azp: 'web' }), 'web')
})

t.test('an audience of another issuer does not count for this one', async t => {
  t.throws(() => select([web, { ...other, clientId: 'desktop' }], { iss: issuer, aud: 'desktop' }), invalid('audience_mismatch'))
  t.equal(select([web, other], { iss: other.issuer, aud: 'web' }), 'other')
})

t.test('a token that fits two entries is for neither', async t => {
  const entries = [{ ...web, audiences: ['a'] }, { ...web, id: 'second', audiences: ['b'] }]
  t.throws(() => select(entries, { iss: issuer, aud: ['a', 'b'], azp: 'web' }), invalid('audience_mismatch'))
})

t.test('a token issued to the client for another audience is logged as a probable access token', async t => {
  t.match(hintOf(() => select([web], { iss: issuer, aud: ['https://api.example.com'], azp: 'web' })), /access token/)
  t.equal(hintOf(() => select([web], { iss: issuer, aud: 'desktop' })), undefined)
})

const refused: [string, TrustedIssuer[], RegExp][] = [
  ['no URL', [{ ...web, issuer: 'id.example.com' }], /issuers\.0\.issuer must be an https URL/],
  ['http', [{ ...web, issuer: 'http://id.example.com' }], /issuers\.0\.issuer must be an https URL/],
  ['http on an address that looks like loopback', [{ ...web, issuer: 'http://127.0.0.1.example.com' }], /issuers\.0\.issuer/],
  ['http on a name that looks like loopback', [{ ...web, issuer: 'http://localhost.example.com' }], /issuers\.0\.issuer/],
  ['http on a private address', [{ ...web, issuer: 'http://10.0.0.1' }], /issuers\.0\.issuer/],
  ['another scheme', [{ ...web, issuer: 'file:///etc/keys' }], /issuers\.0\.issuer/],
  ['a password in it', [{ ...web, issuer: 'https://user:hunter2@id.example.com' }], /^(?!.*hunter2).*issuers\.0\.issuer/],
  ['a query', [{ ...web, issuer: 'https://id.example.com?tenant=1' }], /without query/],
  ['a fragment', [{ ...web, issuer: 'https://id.example.com#1' }], /without query and fragment/],
  ['jwksUri by http', [web, { ...mobile, issuer: 'https://x.example.com', jwksUri: 'http://id.example.com/jwks' }], /issuers\.1\.jwksUri must be an https URL/],
  ['the same audience of the same issuer in two entries', [web, { ...mobile, audiences: ['mobile', 'web'] }], /issuers\.1 \("mobile"\) and "web" .* "web" in common/],
  ['keys in two places', [{ ...web, jwksUri: 'https://id.example.com/jwks', keys: async () => [] }], /issuers\.0\.keys must be a function, and cannot be combined with jwksUri/],
  ['keys that are no function', [{ ...web, keys: [] as never }], /issuers\.0\.keys must be a function/],
  ['the id of an entry of the same issuer', [web, { ...mobile, id: 'web' }], /issuers\.1\.id: another entry has the id "web" already\. Give each entry its own id$/],
  ['the id of an entry of another issuer', [web, mobile, { ...other, id: 'web' }], /issuers\.2\.id: another entry has the id "web" already/],
  ['two key sets of one issuer', [web, { ...mobile, jwksUri: 'https://id.example.com/jwks' }], /different jwksUri/]
]
for (const [what, entries, message] of refused) {
  t.test(`refuses an issuer with ${what}`, async t => {
    t.throws(() => createTrustedIssuers(entries), { code: 'TOKEN_VERIFIER_ERR_INVALID_OPTIONS', message })
  })
}

for (const url of ['https://id.example.com/tenant/', 'http://localhost:3000', 'http://127.0.0.1:3000', 'http://127.9.8.7', 'http://[::1]:3000/path']) {
  t.test(`takes ${url}`, async t => {
    t.equal(createTrustedIssuers([{ ...web, issuer: url, jwksUri: `${url}/jwks` }]).of(url).length, 1)
  })
}

t.test('each issuer has one source of keys', async t => {
  const { keySources } = createTrustedIssuers([web, mobile, { ...other, jwksUri: 'https://other.example.com/jwks' }])
  t.strictSame([...keySources], [[issuer, undefined], [other.issuer, 'https://other.example.com/jwks']])
})
