import { isStorableText, type Tables } from '@latchkey/database'
import { sql, type Expression, type Kysely, type SqlBool, type Transaction } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { ApiToken } from './api-token.js'
import type { ApiTokens } from './api-tokens.js'
import { apiTokensDialectOf } from './dialects/index.js'
import { API_TOKENS_ERR_CONDITION_NOT_MET, API_TOKENS_ERR_NAME_TAKEN, API_TOKENS_ERR_NOT_FOUND, API_TOKENS_ERR_ROLE_NOT_FOUND } from './errors.js'
import { hashOf, newSecret } from './secret.js'
import { readChange, readNewToken, type RolesChange } from './token-fields.js'

/** The part of `fastify.apiTokens` that manages records. */
export type TokensStore = Omit<ApiTokens, 'authenticate' | 'authenticateRequest' | 'lookUp'>

/** The records in a migrated database. */
export function createTokensStore (db: Kysely<Tables>): TokensStore {
  const dialect = apiTokensDialectOf(db)

  /** Changes a record and its roles in a transaction, and translates violated constraints. */
  async function change<Result> (work: (transaction: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      const violation = dialect.violationOf(error)
      if (violation === 'name') throw new API_TOKENS_ERR_NAME_TAKEN()
      if (violation === 'reference') throw new API_TOKENS_ERR_ROLE_NOT_FOUND()
      throw error
    }
  }

  /** Accepts any ID from a client: one that cannot be stored is not found. */
  async function changeExisting (id: string, work: (transaction: Transaction<Tables>) => Promise<ApiToken | undefined>): Promise<ApiToken> {
    const changed = isStorableText(id) ? await change(work) : undefined
    if (changed === undefined) throw new API_TOKENS_ERR_NOT_FOUND()
    return changed
  }

  return {
    create: async (token, { where = null, inTransaction } = {}) => {
      const now = Date.now()
      const { name, roles, expiresAt, createdBy } = readNewToken(token, now)
      const secret = newSecret()
      const id = randomUUID()
      const time = new Date(now).toISOString()
      const created = await change(async transaction => {
        await transaction.insertInto('latchkey_api_tokens')
          .values({ id, name, secret_hash: hashOf(secret), expires_at: expiresAt, last_used_at: null, revoked_at: null, created_at: time, updated_at: time, created_by: createdBy })
          .execute()
        await changeRoles(transaction, id, { add: roles, remove: [] })
        if (where !== null && !await meets(transaction, id, where)) throw new API_TOKENS_ERR_CONDITION_NOT_MET()
        const after = await read(transaction, { id }) as ApiToken
        await inTransaction?.(transaction, { before: null, after })
        return after
      })
      return { token: created, secret }
    },

    list: async () => fold(await select(db).orderBy('token.name').orderBy('has.role_id').execute()),

    find: async by => isStorableText(Object.values(by)[0]) ? await read(db, by) ?? null : null,

    update: async (id, given, { where = null, inTransaction } = {}) => {
      const { name, roles, expiresAt } = readChange(given)
      return await changeExisting(id, async transaction => {
        const before = await hold(transaction, id, where)
        if (before === undefined) return undefined
        await set(transaction, id, { name, expires_at: expiresAt })
        if (roles !== undefined) await changeRoles(transaction, id, roles)
        const after = await read(transaction, { id }) as ApiToken
        await inTransaction?.(transaction, { before, after })
        return after
      })
    },

    revoke: async id => await changeExisting(id, async transaction => {
      // Revoking it again keeps the first time.
      await set(transaction, id, { revoked_at: new Date(Date.now()).toISOString() }, sql<boolean>`revoked_at is null`)
      return await read(transaction, { id })
    }),

    delete: async (id, { where = null, inTransaction } = {}) => {
      await changeExisting(id, async transaction => {
        const before = await hold(transaction, id, where)
        if (before === undefined) return undefined
        await transaction.deleteFrom('latchkey_api_tokens').where('id', '=', id).execute()
        await inTransaction?.(transaction, { before, after: null })
        return before
      })
    }
  }
}

/** Reads a token for a change, and locks it until the end of the transaction. */
async function hold (db: Kysely<Tables>, id: string, where: Expression<SqlBool> | null): Promise<ApiToken | undefined> {
  const query = db.updateTable('latchkey_api_tokens').set(({ ref }) => ({ id: ref('id') })).where('latchkey_api_tokens.id', '=', id)
  const held = await (where === null ? query : query.where(where)).returning('id').executeTakeFirst()
  return held === undefined ? undefined : await read(db, { id })
}

/** Sets the values that are not `undefined`. */
async function set (db: Kysely<Tables>, id: string, values: Record<string, string | null | undefined>, where: Expression<SqlBool> | null = null): Promise<void> {
  const query = db.updateTable('latchkey_api_tokens')
    .set({ ...values, updated_at: new Date(Date.now()).toISOString() })
    .where('latchkey_api_tokens.id', '=', id)
  await (where === null ? query : query.where(where)).execute()
}

/**
 * Touches only the rows that change, to avoid a deadlock with the deletion of a role.
 *
 * @throws API_TOKENS_ERR_ROLE_NOT_FOUND, or the database's own error if a role is deleted meanwhile
 */
async function changeRoles (db: Kysely<Tables>, id: string, { add, remove }: RolesChange): Promise<void> {
  if (add.length > 0) {
    const existing = await db.selectFrom('latchkey_roles').select('id').where('id', 'in', add).execute()
    // The foreign key checks this too, unless the app's own SQLite connection has foreign keys off.
    if (existing.length < add.length) throw new API_TOKENS_ERR_ROLE_NOT_FOUND()
  }
  const losing = db.deleteFrom('latchkey_api_token_roles').where('token_id', '=', id)
  if (remove !== 'others') {
    if (remove.length > 0) await losing.where('role_id', 'in', remove).execute()
  } else await (add.length === 0 ? losing : losing.where('role_id', 'not in', add)).execute()
  if (add.length === 0) return
  await db.insertInto('latchkey_api_token_roles').values(add.map(role => ({ token_id: id, role_id: role })))
    .onConflict(conflict => conflict.doNothing()).execute()
}

async function meets (db: Kysely<Tables>, id: string, where: Expression<SqlBool>): Promise<boolean> {
  const found = await db.selectFrom('latchkey_api_tokens').select('latchkey_api_tokens.id').where('latchkey_api_tokens.id', '=', id).where(where).executeTakeFirst()
  return found !== undefined
}

async function read (db: Kysely<Tables>, by: { readonly id: string } | { readonly name: string }): Promise<ApiToken | undefined> {
  const query = 'id' in by ? select(db).where('token.id', '=', by.id) : select(db).where('token.name', '=', by.name)
  return fold(await query.orderBy('has.role_id').execute())[0]
}

/** Selects a row per token and role, without the hash. */
function select (db: Kysely<Tables>) {
  return db.selectFrom('latchkey_api_tokens as token')
    .leftJoin('latchkey_api_token_roles as has', 'has.token_id', 'token.id')
    .select(['token.id', 'token.name', 'token.expires_at', 'token.last_used_at', 'token.revoked_at', 'token.created_at', 'token.updated_at', 'token.created_by', 'has.role_id'])
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number]

/** Groups such rows into tokens, in the same order. */
function fold (rows: readonly Row[]): ApiToken[] {
  const byId = new Map<string, Row[]>()
  for (const row of rows) byId.set(row.id, [...byId.get(row.id) ?? [], row])
  return [...byId.values()].map(rows => toToken(rows[0] as Row, rows.flatMap(row => row.role_id ?? [])))
}

function toToken (row: Row, roles: readonly string[]): ApiToken {
  return {
    id: row.id,
    name: row.name,
    roles,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by
  }
}
