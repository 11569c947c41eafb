import type { Tables } from '@latchkey/database'
import { createSecretBox } from '@latchkey/secret-box'
import type { Kysely } from 'kysely'
import { createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** The package's secrets, all derived from one master secret. */
export interface Secrets {
  /** Whether private keys are encrypted at rest. */
  readonly sealing: boolean
  /** Keys for the OpenID provider's cookies. The first one signs; the others come from previous keys. */
  readonly cookieKeys: readonly string[]
  /** A keyed hash (HMAC-SHA-256) of something short or guessable. */
  mac (purpose: string, text: string): string
  /** Encrypts a private key. It can be opened only for the same `kid`. */
  seal (text: string, kid: string): string
  /** The text, or `null` if it was not sealed with one of the keys for this `kid`. */
  open (sealed: string, kid: string): string | null
  /** Whether it should be sealed again, with the current key or in the current format. */
  isOutdated (sealed: string): boolean
}

export interface SecretKeys {
  readonly secretKey?: string | undefined
  /** Earlier keys. What they sealed can still be opened. */
  readonly previousSecretKeys?: readonly string[]
  /** Whether to store a random value if there is none yet. */
  readonly upkeep: boolean
}

/**
 * Derives the secrets from `secretKey`. Without one, they come from a random value in the database. Encrypting private
 * keys with a value stored beside them would be pointless, so they are then stored unencrypted.
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

/** A one-way hash of a secret that is too random to guess. */
export function hashSecret (secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** 256 random bits as URL-safe text. */
export function randomSecret (): string {
  return randomBytes(32).toString('base64url')
}

const IV_BYTES = 12
const TAG_BYTES = 16

/** Opens the old format, from before key rotation, which has no version and no key id. */
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
  // If several instances start at once, the first one's value wins.
  if (upkeep) {
    await db.insertInto('latchkey_embedded_secrets').values({ name, value: randomSecret() })
      .onConflict(conflict => conflict.column('name').doNothing()).execute()
  }
  const stored = await db.selectFrom('latchkey_embedded_secrets').select('value').where('name', '=', name).executeTakeFirst()
  return stored?.value ?? randomSecret()
}
