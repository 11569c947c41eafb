import type { Tables } from '@latchkey/database'
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { Kysely } from 'kysely'
import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { PROVIDER_EMBEDDED_ERR_SECRET_KEY } from './errors.js'
import type { Secrets } from './secrets.js'

const newKeyPair = promisify(generateKeyPair)

/** A private RSA key with its `kid`, `alg` and `use`. */
export type SigningKey = JWK & { readonly kid: string }

export interface SigningKeys {
  /** The first one signs; all of them are published. */
  list (): readonly SigningKey[]
  /**
   * Creates the next key. It is published at once and signs once every instance of the app has had time to publish it.
   * The previous key stays published until its last token has expired.
   */
  rotate (): Promise<{ kid: string, signsFrom: string }>
  /** The public keys, as in the key set: current, upcoming, and those of tokens that have not expired yet. */
  published (): Promise<readonly object[]>
  /** Loads keys created by other instances. With `upkeep`, also rotates by age and deletes keys that no token needs. */
  refresh (): Promise<void>
}

export interface SigningKeysConfig {
  readonly db: Kysely<Tables>
  readonly secrets: Secrets
  /** Lifetime of the longest-lived token, in milliseconds. */
  readonly tokenMs: number
  /** Milliseconds between publishing a key and signing with it. */
  readonly publishMs: number
  readonly maxAgeMs: number
  /** Whether to create, remove and re-encrypt keys when that is due. Otherwise keys are only read, and there may be none. */
  readonly upkeep: boolean
  /** Called when the list has changed. */
  readonly onChange: () => void
}

/** Verifiers whose clocks are behind accept tokens a little longer. */
const CLOCK_TOLERANCE_MS = 5 * 60_000

/**
 * Loads the signing keys (RS256). With `upkeep`, creates the first one if there is none.
 *
 * @throws PROVIDER_EMBEDDED_ERR_SECRET_KEY if they are encrypted under another `secretKey`
 */
export async function loadSigningKeys (config: SigningKeysConfig): Promise<SigningKeys> {
  const { db, secrets, upkeep } = config
  let keys: readonly SigningKey[] = []

  const rows = () => db.selectFrom('latchkey_embedded_keys').selectAll().orderBy('generation', 'desc').execute()

  async function add (generation: number, signsFrom: Date): Promise<void> {
    const jwk = await newSigningKey()
    await db.insertInto('latchkey_embedded_keys')
      .values({ generation, kid: jwk.kid, private_jwk: toStored(jwk), created_at: new Date().toISOString(), signs_from: signsFrom.toISOString() })
      .onConflict(conflict => conflict.column('generation').doNothing())
      .execute()
  }

  let rotating: Promise<{ kid: string, signsFrom: string }> | null = null

  /** Concurrent calls share one rotation and get the same new key. */
  async function rotate (): Promise<{ kid: string, signsFrom: string }> {
    rotating ??= makeNext().finally(() => { rotating = null })
    return await rotating
  }

  async function makeNext (): Promise<{ kid: string, signsFrom: string }> {
    const generation = ((await rows())[0]?.generation ?? 0) + 1
    await add(generation, new Date(Date.now() + config.publishMs))
    const row = await db.selectFrom('latchkey_embedded_keys').select(['kid', 'signs_from']).where('generation', '=', generation).executeTakeFirstOrThrow()
    await refresh()
    return { kid: row.kid, signsFrom: row.signs_from }
  }

  async function refresh (): Promise<void> {
    const stored = await rows()
    const now = Date.now()
    const newest = stored[0]
    if (newest === undefined && upkeep) {
      await add(1, new Date(now))
      return await refresh()
    }
    if (newest !== undefined && upkeep && Date.parse(newest.created_at) + config.maxAgeMs <= now) {
      await rotate()
      return
    }
    // A key is needed until the tokens that it signed before its successor took over have expired.
    const needed = stored.filter((_row, index) => {
      const successor = stored[index - 1]
      return successor === undefined || Date.parse(successor.signs_from) + config.tokenMs + CLOCK_TOLERANCE_MS > now
    })
    const unneeded = stored.filter(row => !needed.includes(row)).map(row => row.generation)
    if (unneeded.length > 0 && upkeep) await db.deleteFrom('latchkey_embedded_keys').where('generation', 'in', unneeded).execute()

    const waiting = needed.filter(row => Date.parse(row.signs_from) > now)
    const signing = needed.filter(row => !waiting.includes(row))
    const ordered = [...signing, ...waiting]
    if (ordered.map(row => row.kid).join() === keys.map(key => key.kid).join()) return
    keys = Object.freeze(await Promise.all(ordered.map(row => fromStored(row.kid, row.private_jwk))))
    config.onChange()
  }

  function toStored (jwk: SigningKey): string {
    const text = JSON.stringify(jwk)
    return secrets.sealing ? `sealed:${secrets.seal(text, jwk.kid)}` : `plain:${text}`
  }

  async function fromStored (kid: string, stored: string): Promise<SigningKey> {
    const [, form, content] = /^(sealed|plain):(.*)$/s.exec(stored) ?? []
    const text = form === 'plain' ? content : secrets.open(content ?? '', kid)
    if (text === null || text === undefined) throw new PROVIDER_EMBEDDED_ERR_SECRET_KEY()
    const jwk = JSON.parse(text) as SigningKey
    // Encrypts keys that were stored before there was a secretKey, and re-encrypts them after it changes.
    if (upkeep && secrets.sealing && (form === 'plain' || secrets.isOutdated(content ?? ''))) await db.updateTable('latchkey_embedded_keys').set({ private_jwk: toStored(jwk) }).where('kid', '=', kid).execute()
    return jwk
  }

  await refresh()
  async function published (): Promise<readonly object[]> {
    await refresh()
    return keys.map(({ kty, n, e, kid, alg, use }) => ({ kty, n, e, kid, alg, use }))
  }

  return { list: () => keys, published, rotate, refresh }
}

async function newSigningKey (): Promise<SigningKey> {
  const { privateKey } = await newKeyPair('rsa', { modulusLength: 2048 })
  const jwk = privateKey.export({ format: 'jwk' }) as JWK
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RS256', use: 'sig' }
}
