import { TOKEN_VERIFIER_ERR_INVALID_OPTIONS, TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'
import type { LocalKeys, SignatureAlgorithm, TrustedIssuer } from './identity.js'
import { isTrustworthyUrl } from './trustworthy-url.js'

/** Asymmetric ones only (RFC 8725 §3.1): with a symmetric one, whoever verifies can sign. */
export const signatureAlgorithms = [
  'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'
] as const satisfies readonly SignatureAlgorithm[]

/** A line of the log names so many. */
const NAMED_ISSUERS = 10

/** A URL, or a function that gives them; `undefined` where the issuer is asked. */
export type KeyLocation = string | LocalKeys | undefined

/** A trusted issuer with its defaults filled in. */
export interface ResolvedIssuer {
  readonly id: string
  readonly issuer: string
  readonly clientId: string
  readonly audiences: ReadonlySet<string>
  readonly keysAt: KeyLocation
  readonly algorithms: ReadonlySet<string>
  readonly claimNames: { readonly email: string, readonly emailVerified: string }
}

export interface TrustedIssuers {
  /**
   * The entries of the issuer that a token names.
   *
   * @param iss the token's, before anything of it is verified
   * @throws TOKEN_VERIFIER_ERR_TOKEN_INVALID (unknown_issuer)
   */
  of (iss: unknown): readonly ResolvedIssuer[]
  /** For the log, which issuers there are; who sent the token may not know them. */
  hint (): string
  /** Each issuer once, and where its keys are. */
  readonly keySources: ReadonlyMap<string, KeyLocation>
}

/**
 * Makes the table of trusted issuers.
 *
 * @throws TOKEN_VERIFIER_ERR_INVALID_OPTIONS for a URL that is not https, and where it would be open which entry a token is for
 */
export function createTrustedIssuers (entries: readonly TrustedIssuer[]): TrustedIssuers {
  const byIssuer = new Map<string, ResolvedIssuer[]>()
  entries.forEach((entry, index) => {
    checkKeys(entry, index)
    const resolved = resolve(entry)
    const others = byIssuer.get(entry.issuer) ?? []
    checkUrls(resolved, index)
    checkConflicts(resolved, others, index)
    byIssuer.set(entry.issuer, [...others, resolved])
  })

  return {
    keySources: new Map([...byIssuer].map(([issuer, [first]]) => [issuer, first?.keysAt])),
    of: (iss) => {
      const entries = typeof iss === 'string' ? byIssuer.get(iss) : undefined
      if (entries === undefined) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('unknown_issuer', { hint: hintOnIssuer(iss) })
      return entries
    },
    hint: () => {
      const issuers = [...byIssuer.keys()]
      const named = issuers.slice(0, NAMED_ISSUERS).join(', ')
      return issuers.length === 0 ? 'No issuer is trusted' : `The trusted issuers are ${named}${issuers.length > NAMED_ISSUERS ? ` and ${issuers.length - NAMED_ISSUERS} more` : ''}: configure the one that the token names in iss, or sign in with one of these`
    }
  }

  function hintOnIssuer (iss: unknown): string | undefined {
    if (typeof iss !== 'string') return undefined
    const other = iss.endsWith('/') ? iss.slice(0, -1) : `${iss}/`
    if (byIssuer.has(other)) return 'The issuer is a trusted one but for the slash at its end: configure it as the provider writes it in its tokens'
  }
}

/**
 * The one of an issuer's entries that a token was issued for (OpenID Connect Core §3.1.3.7, 3 to 5).
 *
 * @throws TOKEN_VERIFIER_ERR_TOKEN_INVALID (audience_mismatch) for none, and for more than one
 */
export function selectByAudience (entries: readonly ResolvedIssuer[], { aud, azp }: Readonly<Record<string, unknown>>): ResolvedIssuer {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const [match, other] = entries.filter(entry => isFor(entry, audiences, azp))
  if (match !== undefined && other === undefined) return match
  // A token that our client was given, and that is meant for somebody else, is what an access token looks like.
  const hint = entries.some(({ clientId }) => clientId === azp)
    ? 'It was issued to a trusted client, for another audience; is it the access token? Send the ID token'
    : undefined
  throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('audience_mismatch', { hint })
}

/** For the log, what to do about a token that was issued to none of these; an administrator may not know their clients. */
export function hintOnAudience (entries: readonly ResolvedIssuer[]): string {
  const expected = entries.map(({ id, audiences }) => `${id} takes ${[...audiences].join(', ')}`).join('; ')
  return `It says that it was issued to another client: ${expected}. Have the app sign in with that client ID, or set clientId (or audiences) to the one that it signs in with`
}

function resolve ({ id, issuer, clientId, audiences, jwksUri, keys, algorithms, claimNames }: TrustedIssuer): ResolvedIssuer {
  return {
    id,
    issuer,
    clientId,
    audiences: new Set(audiences ?? [clientId]),
    keysAt: keys ?? jwksUri,
    algorithms: new Set(algorithms ?? signatureAlgorithms),
    claimNames: { email: claimNames?.email ?? 'email', emailVerified: claimNames?.emailVerified ?? 'email_verified' }
  }
}

function isFor ({ audiences, clientId }: ResolvedIssuer, given: readonly unknown[], azp: unknown): boolean {
  if (!given.every(audience => typeof audience === 'string')) return false
  if (!given.some(audience => audiences.has(audience))) return false
  if (given.length > 1) return azp === clientId
  return azp === undefined || azp === clientId || (typeof azp === 'string' && audiences.has(azp))
}

function checkKeys ({ keys, jwksUri }: TrustedIssuer, index: number): void {
  if (keys === undefined || (typeof keys === 'function' && jwksUri === undefined)) return
  throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index}.keys must be a function, in place of jwksUri`)
}

function checkUrls ({ issuer, keysAt }: ResolvedIssuer, index: number): void {
  if (!isTrustworthyUrl(issuer) || /[?#]/.test(issuer)) {
    throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index}.issuer must be an https URL without query and fragment (http on a loopback address only)`)
  }
  if (typeof keysAt === 'string' && !isTrustworthyUrl(keysAt)) {
    throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index}.jwksUri must be an https URL (http on a loopback address only)`)
  }
}

function checkConflicts (entry: ResolvedIssuer, others: readonly ResolvedIssuer[], index: number): void {
  for (const other of others) {
    const shared = [...entry.audiences].find(audience => other.audiences.has(audience))
    if (shared !== undefined) {
      throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index} ("${entry.id}") and "${other.id}" have the same issuer and the audience "${shared}" in common: give each an audience of its own`)
    }
    if (entry.keysAt !== other.keysAt) {
      throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index} ("${entry.id}") and "${other.id}" have the same issuer and different jwksUri or keys: an issuer has one key set`)
    }
  }
}
