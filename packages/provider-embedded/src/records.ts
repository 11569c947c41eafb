import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { errors, type Adapter, type AdapterFactory, type AdapterPayload, type ClientMetadata } from 'oidc-provider'
import { hashSecret } from './secrets.js'
import type { RecordsTable } from './tables.js'

/** The ids of these are bearer secrets, so only their hashes are stored. */
const bearerModels = new Set(['AccessToken', 'AuthorizationCode', 'LegacySignIn', 'RefreshToken', 'UsedLink'])

/**
 * Stores the records of `oidc-provider` in the database. Clients come from the open profiles and are not stored.
 *
 * @param findClient finds a client by its client id
 * @param reuseMs how long a used refresh token can be used again, in milliseconds
 */
export function createRecords (db: Kysely<Tables>, findClient: (clientId: string) => ClientMetadata | undefined, reuseMs: number): AdapterFactory {
  return model => model === 'Client' ? clientsOf(findClient) : recordsOf(db, model, model === 'RefreshToken' ? reuseMs : 0)
}

function recordsOf (db: Kysely<Tables>, model: string, reuseMs: number): Adapter {
  const bearer = bearerModels.has(model)
  const stored = (id: string) => bearer ? hashSecret(id) : id

  async function findBy (column: 'uid' | 'user_code', value: string): Promise<AdapterPayload | undefined> {
    const row = await db.selectFrom('latchkey_embedded_records').selectAll().where('model', '=', model).where(column, '=', value).executeTakeFirst()
    return row === undefined ? undefined : toPayload(row)
  }

  function toPayload (row: RecordsTable): AdapterPayload {
    const payload = JSON.parse(row.payload) as AdapterPayload
    return row.consumed_at === null || mayBeReused(row.consumed_at) ? payload : { ...payload, consumed: Math.floor(Date.parse(row.consumed_at) / 1000) }
  }

  function mayBeReused (consumedAt: string): boolean {
    return Date.now() - Date.parse(consumedAt) < reuseMs
  }

  return {
    async upsert (id, payload, expiresIn) {
      const { jti, ...rest } = payload
      const row = {
        payload: JSON.stringify(bearer ? rest : payload),
        account_id: payload.accountId ?? null,
        grant_id: payload.grantId ?? null,
        uid: payload.uid ?? null,
        user_code: payload.userCode ?? null,
        expires_at: expiresIn === undefined ? null : new Date(Date.now() + expiresIn * 1000).toISOString()
      }
      await db.insertInto('latchkey_embedded_records')
        .values({ model, id: stored(id), consumed_at: null, ...row })
        .onConflict(conflict => conflict.columns(['model', 'id']).doUpdateSet(row))
        .execute()
    },
    async find (id) {
      const row = await db.selectFrom('latchkey_embedded_records').selectAll().where('model', '=', model).where('id', '=', stored(id)).executeTakeFirst()
      if (row === undefined) return undefined
      return bearer ? { ...toPayload(row), jti: id } : toPayload(row)
    },
    findByUid: async uid => await findBy('uid', uid),
    findByUserCode: async userCode => await findBy('user_code', userCode),
    async consume (id) {
      const consumed = await db.updateTable('latchkey_embedded_records')
        .set({ consumed_at: new Date().toISOString() })
        .where('model', '=', model).where('id', '=', stored(id)).where('consumed_at', 'is', null)
        .executeTakeFirst()
      if (consumed.numUpdatedRows > 0n) return
      const row = await db.selectFrom('latchkey_embedded_records').select(['grant_id', 'consumed_at']).where('model', '=', model).where('id', '=', stored(id)).executeTakeFirst()
      if (row?.consumed_at != null && mayBeReused(row.consumed_at)) return
      // It was used by someone else after it was read. As with any second use, revoke everything issued from it.
      if (row?.grant_id) await revokeGrant(db, row.grant_id)
      throw new errors.InvalidGrant(`${model} already used`)
    },
    async destroy (id) {
      await db.deleteFrom('latchkey_embedded_records').where('model', '=', model).where('id', '=', stored(id)).execute()
    },
    async revokeByGrantId (grantId) {
      await db.deleteFrom('latchkey_embedded_records').where('model', '=', model).where('grant_id', '=', grantId).execute()
    }
  }
}

/**
 * Marks a refresh token as unused again, after a request that failed before the client received a new one. Otherwise the
 * client's retry would sign it out. If the grant has another unused token, the use was successful and stands.
 *
 * @param since when that request started, in milliseconds since 1970
 */
export async function takeBackUse (db: Kysely<Tables>, refreshToken: string, since: number): Promise<void> {
  await db.updateTable('latchkey_embedded_records as used')
    .set({ consumed_at: null })
    .where('model', '=', 'RefreshToken').where('id', '=', hashSecret(refreshToken)).where('consumed_at', '>=', new Date(since).toISOString())
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('latchkey_embedded_records as other').select('other.id')
      .where('other.model', '=', 'RefreshToken').whereRef('other.grant_id', '=', 'used.grant_id').where('other.consumed_at', 'is', null))))
    .execute()
}

/** Deletes a grant with all tokens and codes issued from it. A sign-in that was started under it, perhaps as someone else, goes on. */
export async function revokeGrant (db: Kysely<Tables>, grantId: string): Promise<void> {
  await db.deleteFrom('latchkey_embedded_records')
    .where('model', '<>', 'Interaction')
    .where(({ eb, or, and }) => or([eb('grant_id', '=', grantId), and([eb('model', '=', 'Grant'), eb('id', '=', grantId)])]))
    .execute()
}

function clientsOf (findClient: (clientId: string) => ClientMetadata | undefined): Adapter {
  const nothing = async () => undefined
  return {
    find: async id => findClient(id) as AdapterPayload | undefined,
    upsert: nothing,
    findByUid: nothing,
    findByUserCode: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing
  }
}
