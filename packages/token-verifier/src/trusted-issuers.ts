import { TOKEN_VERIFIER_ERR_INVALID_OPTIONS, TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'
import type { LocalKeys, SignatureAlgorithm, TrustedIssuer } from './identity.js'
import { isTrustworthyUrl } from './trustworthy-url.js'

/** Asymmetric only (RFC 8725 §3.1): with a symmetric algorithm, anyone who can verify can also sign. */
export const signatureAlgorithms = [
  'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'
] as const satisfies readonly SignatureAlgorithm[]

/** How many issuers a log line lists. */
const NAMED_ISSUERS = 10

/** A URL, or a function that returns the keys. `undefined`: use discovery. */
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
   * Returns the entries for the issuer that a token names.
   *
   * @param iss from the token, not verified yet
   * @throws TOKEN_VERIFIER_ERR_TOKEN_INVALID (unknown_issuer)
   */
  of (iss: unknown): readonly ResolvedIssuer[]
  /** Lists the trusted issuers, for the log only: the sender of the token must not see them. */
  hint (): string
  /** Maps each issuer to the location of its keys. */
  readonly keySources: ReadonlyMap<string, KeyLocation>
}

/**
 * Creates the table of trusted issuers.
 *
 * @throws TOKEN_VERIFIER_ERR_INVALID_OPTIONS for a URL that is not https, for a repeated id, and if a token could match two entries
 */
export function createTrustedIssuers (entries: readonly TrustedIssuer[]): TrustedIssuers {
  const byIssuer = new Map<string, ResolvedIssuer[]>()
  const ids = new Set<string>()
  entries.forEach((entry, index) => {
    checkId(entry, index, ids)
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
      return issuers.length === 0 ? 'No issuer is trusted' : `The trusted issuers are ${named}${issuers.length > NAMED_ISSUERS ? ` and ${issuers.length - NAMED_ISSUERS} more` : ''}. Add the token's iss to them, or sign in with one of them`
    }
  }

  function hintOnIssuer (iss: unknown): string | undefined {
    if (typeof iss !== 'string') return undefined
    const other = iss.endsWith('/') ? iss.slice(0, -1) : `${iss}/`
    if (byIssuer.has(other)) return 'The issuer differs from a trusted one only in the trailing slash. Configure it exactly as the provider writes it in its tokens'
  }
}

/**
 * Selects the entry that a token was issued for (OpenID Connect Core §3.1.3.7, 3 to 5).
 *
 * @throws TOKEN_VERIFIER_ERR_TOKEN_INVALID (audience_mismatch) if no entry matches, or more than one
 */
export function selectByAudience (entries: readonly ResolvedIssuer[], { aud, azp }: Readonly<Record<string, unknown>>): ResolvedIssuer {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const [match, other] = entries.filter(entry => isFor(entry, audiences, azp))
  if (match !== undefined && other === undefined) return match
  // A token issued to our client for another audience is probably an access token.
  const hint = entries.some(({ clientId }) => clientId === azp)
    ? 'The token was issued to a trusted client, but for another audience. If it is the access token, send the ID token instead'
    : undefined
  throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('audience_mismatch', { hint })
}

/** Says what to do about a token that was issued to none of these clients. For the log. */
export function hintOnAudience (entries: readonly ResolvedIssuer[]): string {
  const expected = entries.map(({ id, audiences }) => `${id} takes ${[...audiences].join(', ')}`).join('; ')
  return `The token was issued to another client: ${expected}. Make the app sign in with that client ID, or set clientId (or audiences) to the client ID that the app uses`
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

/** An identity names its entry by the id alone. */
function checkId ({ id }: TrustedIssuer, index: number, ids: Set<string>): void {
  if (ids.has(id)) throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index}.id: another entry has the id "${id}" already. Give each entry its own id`)
  ids.add(id)
}

function checkKeys ({ keys, jwksUri }: TrustedIssuer, index: number): void {
  if (keys === undefined || (typeof keys === 'function' && jwksUri === undefined)) return
  throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index}.keys must be a function, and cannot be combined with jwksUri`)
}

function checkUrls ({ issuer, keysAt }: ResolvedIssuer, index: number): void {
  if (!isTrustworthyUrl(issuer) || /[?#]/.test(issuer)) {
    throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index}.issuer must be an https URL without query and fragment (http is allowed only for a loopback address)`)
  }
  if (typeof keysAt === 'string' && !isTrustworthyUrl(keysAt)) {
    throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index}.jwksUri must be an https URL (http is allowed only for a loopback address)`)
  }
}

function checkConflicts (entry: ResolvedIssuer, others: readonly ResolvedIssuer[], index: number): void {
  for (const other of others) {
    const shared = [...entry.audiences].find(audience => other.audiences.has(audience))
    if (shared !== undefined) {
      throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index} ("${entry.id}") and "${other.id}" have the same issuer and the audience "${shared}" in common. Give each entry its own audiences`)
    }
    if (entry.keysAt !== other.keysAt) {
      throw new TOKEN_VERIFIER_ERR_INVALID_OPTIONS(`issuers.${index} ("${entry.id}") and "${other.id}" have the same issuer but different jwksUri or keys. Use the same for both: an issuer has one key set`)
    }
  }
}
