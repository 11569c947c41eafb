import type { Tables } from '@latchkey/database'
import { createSecretBox } from '@latchkey/secret-box'
import type { Kysely } from 'kysely'
import { createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** What the package keeps secret, all of it derived from one master. */
export interface Secrets {
  /** Whether private keys are encrypted at rest. */
  readonly sealing: boolean
  /** Sign the cookies of the OpenID provider: the first one signs, the others are those of previous keys. */
  readonly cookieKeys: readonly string[]
  /** A keyed hash (HMAC-SHA-256) of something short or guessable. */
  mac (purpose: string, text: string): string
  /** Encrypts a private key; `kid` is what it must be opened for. */
  seal (text: string, kid: string): string
  /** The text, or `null` where it was not sealed under one of the keys for this `kid`. */
  open (sealed: string, kid: string): string | null
  /** Whether it should be sealed anew: under the current key, and in the present form. */
  isOutdated (sealed: string): boolean
}

export interface SecretKeys {
  readonly secretKey?: string | undefined
  /** Those of before: what they have sealed is still opened. */
  readonly previousSecretKeys?: readonly string[]
  /** Whether a random value is kept where there is none yet. */
  readonly upkeep: boolean
}

/**
 * Derives the secrets from `secretKey`, or, without one, from a random value kept in the database: that
 * value lies beside what it would encrypt, so private keys are then stored as they are.
 */
export async function loadSecrets (db: Kysely<Tables>, { secretKey, previousSecretKeys = [], upkeep }: SecretKeys): Promise<Secrets> {
  const master = secretKey ?? await storedSecret(db, 'master', upkeep)
  const box = createSecretBox({ key: master, previousKeys: previousSecretKeys, purpose: 'provider-embedded' })
  const masters = [master, ...previousSecretKeys]
  const macKey = derive(master, 'mac')
  return {
    sealing: secretKey !== undefined,
    cookieKeys: masters.map(key => derive(key, 'cookies').toString('base64url')),
    mac: (purpose, text) => createHmac('sha256', macKey).update(`${purpose}\0${text}`).digest('base64url'),
    seal: (text, kid) => box.seal(text, placeOf(kid)),
    open: (sealed, kid) => {
      if (!sealed.includes('.')) return masters.map(key => openOldForm(derive(key, 'signing-keys'), sealed, kid)).find(text => text !== null) ?? null
      try {
        return box.open(sealed, placeOf(kid))
      } catch {
        return null
      }
    },
    isOutdated: sealed => box.isOutdated(sealed)
  }
}

function placeOf (kid: string): string[] {
  return ['latchkey_embedded_keys', kid, 'private_jwk']
}

function derive (master: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, 'latchkey-embedded', purpose, 32))
}

/** A one-way name for a secret that is random enough not to be guessed. */
export function hashSecret (secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** 256 random bits as URL-safe text. */
export function randomSecret (): string {
  return randomBytes(32).toString('base64url')
}

const IV_BYTES = 12
const TAG_BYTES = 16

/** Opens what was sealed before there were several keys: without a version and the id of its key. */
function openOldForm (key: Buffer, sealed: string, kid: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(kid))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

async function storedSecret (db: Kysely<Tables>, name: string, upkeep: boolean): Promise<string> {
  // Of several copies that start at once, the first one's value counts.
  if (upkeep) {
    await db.insertInto('latchkey_embedded_secrets').values({ name, value: randomSecret() })
      .onConflict(conflict => conflict.column('name').doNothing()).execute()
  }
  const stored = await db.selectFrom('latchkey_embedded_secrets').select('value').where('name', '=', name).executeTakeFirst()
  return stored?.value ?? randomSecret()
}
