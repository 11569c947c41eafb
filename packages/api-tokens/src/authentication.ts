import { prepareQuery, type Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import type { ApiToken } from './api-token.js'
import type { ApiTokenPrincipal } from './api-tokens.js'
import { API_TOKENS_ERR_TOKEN_EXPIRED, API_TOKENS_ERR_TOKEN_INVALID } from './errors.js'
import { hashOf, isSameHash, isSecret } from './secret.js'

/** The shortest time between two records of a token's use. */
const NOTE_EVERY_MS = 60_000

/** Finds the principal of a secret. */
export interface Authentication {
  /** @throws API_TOKENS_ERR_TOKEN_EXPIRED, API_TOKENS_ERR_TOKEN_INVALID */
  principalOf (secret: string): Promise<ApiTokenPrincipal>
  /** The same, without recording a use. */
  lookUp (secret: string): Promise<ApiTokenPrincipal>
}

/** Why a record's token is refused now. `null` if it is accepted. */
export function refusalOf ({ revokedAt, expiresAt }: Pick<ApiToken, 'revokedAt' | 'expiresAt'>, now = Date.now()): 'revoked' | 'expired' | null {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && now >= Date.parse(expiresAt) ? 'expired' : null
}

/**
 * Finds tokens with one indexed query, prepared once, that returns a row per role.
 *
 * @param reportFailure called if a use could not be recorded; the token is accepted anyway
 */
export function createAuthentication (db: Kysely<Tables>, reportFailure: (error: unknown) => void): Authentication {
  const bySecret = prepareQuery(db, db
    .selectFrom('latchkey_api_tokens as token')
    .leftJoin('latchkey_api_token_roles as has', 'has.token_id', 'token.id')
    .select(['token.id', 'token.secret_hash', 'token.expires_at', 'token.last_used_at', 'token.revoked_at', 'has.role_id'])
    .where('token.secret_hash', '=', '')
    .compile())
  /** Tokens whose use is being recorded: of many concurrent requests, only one writes. */
  const noting = new Set<string>()

  async function noteUse (id: string, lastUsedAt: string | null, now: number): Promise<void> {
    const due = new Date(now - NOTE_EVERY_MS).toISOString()
    if ((lastUsedAt !== null && lastUsedAt > due) || noting.has(id)) return
    noting.add(id)
    try {
      // Another instance may have recorded it meanwhile.
      await db.updateTable('latchkey_api_tokens').set({ last_used_at: new Date(now).toISOString() })
        .where('id', '=', id)
        .where(({ or, eb }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', due)]))
        .execute()
    } catch (error) {
      reportFailure(error)
    } finally {
      noting.delete(id)
    }
  }

  async function find (secret: string, now: number): Promise<{ readonly principal: ApiTokenPrincipal, readonly lastUsedAt: string | null }> {
    if (!isSecret(secret)) throw new API_TOKENS_ERR_TOKEN_INVALID('malformed')
    const hash = hashOf(secret)
    const rows = await bySecret.all([hash])
    const [token] = rows
    if (token === undefined || !isSameHash(token.secret_hash, hash)) throw new API_TOKENS_ERR_TOKEN_INVALID('unknown')
    const refusal = refusalOf({ revokedAt: token.revoked_at, expiresAt: token.expires_at }, now)
    if (refusal === 'revoked') throw new API_TOKENS_ERR_TOKEN_INVALID('revoked')
    if (refusal === 'expired') throw new API_TOKENS_ERR_TOKEN_EXPIRED()
    return { principal: { kind: 'apiToken', tokenId: token.id, roles: rows.flatMap(row => row.role_id ?? []) }, lastUsedAt: token.last_used_at }
  }

  return {
    principalOf: async secret => {
      const now = Date.now()
      const { principal, lastUsedAt } = await find(secret, now)
      await noteUse(principal.tokenId, lastUsedAt, now)
      return principal
    },
    lookUp: async secret => (await find(secret, Date.now())).principal
  }
}
