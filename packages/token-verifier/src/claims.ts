import { TOKEN_VERIFIER_ERR_TOKEN_EXPIRED, TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'
import type { Identity, IdentityClaims } from './identity.js'
import type { ParsedToken } from './parse-token.js'
import type { ResolvedIssuer } from './trusted-issuers.js'

type Claims = ParsedToken['payload']

/** OpenID Connect Core §2: `sub` must not exceed 255 characters. */
const MAX_SUBJECT_LENGTH = 255
const NO_ID_TOKEN = 'This is not an ID token. If it is the access token, send the ID token instead'

/**
 * Refuses tokens that declare another use than ID token (RFC 8725 §3.11, §3.12), and tokens with critical extensions.
 *
 * @throws TOKEN_VERIFIER_ERR_TOKEN_INVALID (wrong_token_use, malformed)
 */
export function checkTokenUse (header: ParsedToken['header'], payload: Claims): void {
  // RFC 7515 §4.1.11: no extension is supported here, so any `crit` is refused.
  if ('crit' in header) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
  const isIdToken = isJwtType(header.typ) &&
    (payload.token_use === undefined || payload.token_use === 'id') &&
    // Only this distinguishes Keycloak's access tokens from ID tokens.
    payload.typ !== 'Bearer'
  if (!isIdToken) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('wrong_token_use', { hint: NO_ID_TOKEN })
}

/** RFC 7519 §5.1 and RFC 7515 §4.1.9: a case-insensitive media type whose `application/` may be omitted. */
function isJwtType (typ: unknown): boolean {
  return typ === undefined || (typeof typ === 'string' && /^(application\/)?jwt$/i.test(typ))
}

/**
 * Checks the claims of a token with a verified signature, and returns its identity.
 *
 * @param now milliseconds since 1970
 * @param clockToleranceMs how far the issuer's clock may be off
 * @throws TOKEN_VERIFIER_ERR_TOKEN_EXPIRED, TOKEN_VERIFIER_ERR_TOKEN_INVALID (missing_claim, not_yet_valid)
 */
export function readIdentity (claims: Claims, trusted: ResolvedIssuer, { now, clockToleranceMs }: { now: number, clockToleranceMs: number }): Identity {
  const { exp, nbf, iat, sub } = claims
  const email = claims[trusted.claimNames.email]
  if (!isTime(exp)) throw missingClaim('exp')
  if (nbf !== undefined && !isTime(nbf)) throw missingClaim('nbf')
  if (iat !== undefined && !isTime(iat)) throw missingClaim('iat')
  if (!isName(sub) || sub.length > MAX_SUBJECT_LENGTH) throw missingClaim('sub')
  if (!isName(email)) throw missingClaim('email')
  const begins = Math.max(nbf ?? 0, iat ?? 0) * 1000
  if (begins > now + clockToleranceMs) throw notYetValid(begins - now)
  if (exp * 1000 + clockToleranceMs <= now) throw new TOKEN_VERIFIER_ERR_TOKEN_EXPIRED()
  return freeze({
    issuer: trusted.issuer,
    subject: sub,
    email,
    emailVerified: readEmailVerified(claims[trusted.claimNames.emailVerified]),
    profileId: trusted.id,
    claims: claims as Claims & IdentityClaims,
    expiresAt: exp
  })
}

function notYetValid (inMs: number): Error {
  return new TOKEN_VERIFIER_ERR_TOKEN_INVALID('not_yet_valid', { hint: `By this machine's clock, the token becomes valid in ${Math.ceil(inMs / 1000)} seconds. Correct this machine's clock or the issuer's (NTP)` })
}

function missingClaim (name: 'exp' | 'nbf' | 'iat' | 'sub' | 'email'): Error {
  return new TOKEN_VERIFIER_ERR_TOKEN_INVALID('missing_claim', { hint: `The claim ${name} is missing or invalid` })
}

/** RFC 7519 §2, NumericDate. Excludes infinity, because 1e999 in JSON is parsed as one. */
function isTime (value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Non-blank text that a database stores unchanged: no control characters, no lone surrogates. */
function isName (value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && !/[\p{Cc}\p{Cs}]/u.test(value)
}

/** Cognito writes it as a string for some providers. Any value that isn't true counts as false. */
function readEmailVerified (value: unknown): boolean | null {
  if (value === undefined || value === null) return null
  return value === true || value === 'true'
}

/** Freezes deeply, because requests with the same token share the result. */
function freeze<T extends object> (root: T): T {
  const open: object[] = [root]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    Object.freeze(value)
    for (const member of Object.values(value)) {
      if (typeof member === 'object' && member !== null) open.push(member)
    }
  }
  return root
}
