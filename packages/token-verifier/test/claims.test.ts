import t from 'tap'
import { checkTokenUse, readIdentity } from '../dist/claims.js'
import { createTrustedIssuers, type ResolvedIssuer } from '../dist/trusted-issuers.js'

const issuer = 'https://id.example.com'
const [trusted] = createTrustedIssuers([{ id: 'main', issuer, clientId: 'web' }]).of(issuer) as [ResolvedIssuer]
const seconds = 1_800_000_000
const claims = { iss: issuer, aud: 'web', sub: 'user-1', email: 'Ada@Example.com', iat: seconds, exp: seconds + 3600 }

const read = (more: Record<string, unknown> = {}, at = seconds, clockToleranceMs = 30_000, from = trusted) =>
  readIdentity({ ...claims, ...more }, from, { now: at * 1000, clockToleranceMs })

t.test('returns the claims unchanged', async t => {
  t.strictSame(read({ 'custom:team': 'blue' }), {
    issuer,
    subject: 'user-1',
    email: 'Ada@Example.com',
    emailVerified: null,
    profileId: 'main',
    claims: { ...claims, 'custom:team': 'blue' },
    expiresAt: seconds + 3600
  })
})

t.test('is deeply frozen, because requests share it', async t => {
  const identity = read({ groups: [{ name: 'a' }] })
  const [group] = identity.claims.groups as [object]
  for (const part of [identity, identity.claims, identity.claims.groups, group]) t.ok(Object.isFrozen(part))
})

const verified: [unknown, boolean | null][] = [
  [true, true], ['true', true], [false, false], ['false', false], [undefined, null], [null, null], [1, false], ['yes', false], [{}, false]
]
for (const [claim, expected] of verified) {
  t.test(`email_verified ${JSON.stringify(claim)} is read as ${expected}`, async t => {
    t.equal(read({ email_verified: claim }).emailVerified, expected)
  })
}

t.test('reads the email from the configured claims', async t => {
  const claimNames = { email: 'https://example.com/mail', emailVerified: 'https://example.com/mail_ok' }
  const from = { ...trusted, claimNames }
  t.match(read({ [claimNames.email]: 'b@example.com', [claimNames.emailVerified]: true, email_verified: false }, seconds, 0, from), { email: 'b@example.com', emailVerified: true })
  t.throws(() => read({}, seconds, 0, from), { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'missing_claim' })
})

const missing: [string, Record<string, unknown>][] = [
  ['no exp', { exp: undefined }],
  ['exp null', { exp: null }],
  ['exp as a string', { exp: String(claims.exp) }],
  ['exp without end', { exp: Infinity }],
  ['nbf as a string', { nbf: String(seconds) }],
  ['iat as a string', { iat: String(seconds) }],
  ['nbf without end', { nbf: -Infinity }],
  ['no sub', { sub: undefined }],
  ['an empty sub', { sub: '' }],
  ['a blank sub', { sub: ' ' }],
  ['a sub with a tab', { sub: 'user\t1' }],
  ['a number as sub', { sub: 7 }],
  ['a sub of 256 characters', { sub: 'x'.repeat(256) }],
  ['a sub with a zero byte', { sub: 'user\u0000' }],
  ['a sub with half a character', { sub: 'user\ud800' }],
  ['no email', { email: undefined }],
  ['an empty email', { email: '' }],
  ['a list of emails', { email: ['a@example.com'] }],
  ['an email with a line feed', { email: 'a@example.com\n' }]
]
for (const [what, more] of missing) {
  t.test(`${what}: missing_claim`, async t => {
    t.throws(() => read(more), { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'missing_claim' })
  })
}

t.test('a sub of 255 characters, and no iat, are accepted', async t => {
  t.equal(read({ sub: 'x'.repeat(255), iat: undefined }).subject.length, 255)
})

const expired = { code: 'TOKEN_VERIFIER_ERR_TOKEN_EXPIRED', message: /^Token expired$/ }
const early = { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'not_yet_valid' }
const times: [string, Record<string, unknown>, number, typeof expired | typeof early | null][] = [
  ['a second before exp', { exp: seconds + 1 }, 0, null],
  ['at exp', { exp: seconds }, 0, expired],
  ['29 s after exp, with 30 s of tolerance', { exp: seconds - 29 }, 30_000, null],
  ['30 s after exp, with 30 s of tolerance', { exp: seconds - 30 }, 30_000, expired],
  ['exp long before there were tokens', { exp: -1e300 }, 30_000, expired],
  ['at nbf', { nbf: seconds }, 0, null],
  ['a second before nbf', { nbf: seconds + 1 }, 0, early],
  ['30 s before nbf, with 30 s of tolerance', { nbf: seconds + 30 }, 30_000, null],
  ['31 s before nbf, with 30 s of tolerance', { nbf: seconds + 31 }, 30_000, early],
  ['nbf beyond all dates', { nbf: 1e300 }, 30_000, early],
  ['30 s before iat, with 30 s of tolerance', { iat: seconds + 30 }, 30_000, null],
  ['31 s before iat, with 30 s of tolerance', { iat: seconds + 31 }, 30_000, early],
  ['iat in the future and nbf in the past', { iat: seconds + 31, nbf: seconds - 31 }, 30_000, early]
]
for (const [what, more, tolerance, error] of times) {
  t.test(`${what}: ${error === null ? 'accepted' : 'refused'}`, async t => {
    if (error === null) t.equal(read(more, seconds, tolerance).subject, 'user-1')
    else t.throws(() => read(more, seconds, tolerance), error)
  })
}

const idTokens: [string, object, object][] = [
  ['no typ', { }, { }],
  ['typ JWT', { typ: 'JWT' }, { }],
  ['typ jwt as a media type', { typ: 'application/JWT' }, { }],
  ['token_use id', { }, { token_use: 'id' }],
  ["Keycloak's ID token", { typ: 'JWT' }, { typ: 'ID' }]
]
for (const [what, header, payload] of idTokens) {
  t.test(`${what}: an ID token`, async t => {
    t.doesNotThrow(() => { checkTokenUse({ alg: 'RS256', ...header }, { ...claims, ...payload }) })
  })
}

const others: [string, object, object][] = [
  ['typ at+jwt', { typ: 'at+jwt' }, { }],
  ['typ application/at+jwt', { typ: 'application/at+jwt' }, { }],
  ['typ logout+jwt', { typ: 'logout+jwt' }, { }],
  ['typ that is no string', { typ: ['JWT'] }, { }],
  ['token_use access', { }, { token_use: 'access' }],
  ['token_use that is no string', { }, { token_use: ['id'] }],
  ["Keycloak's access token", { typ: 'JWT' }, { typ: 'Bearer' }]
]
for (const [what, header, payload] of others) {
  t.test(`${what}: wrong_token_use`, async t => {
    t.throws(() => { checkTokenUse({ alg: 'RS256', ...header }, { ...claims, ...payload }) }, { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'wrong_token_use', hint: /access token/ })
  })
}

for (const crit of [['exp'], ['b64'], [], null, '']) {
  t.test(`crit ${JSON.stringify(crit)}: malformed`, async t => {
    t.throws(() => { checkTokenUse({ alg: 'RS256', b64: true, crit }, claims) }, { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'malformed' })
  })
}
