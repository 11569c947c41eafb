import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** What the package keeps secret, all of it derived from one master. */
export interface Secrets {
  /** Whether private keys are encrypted at rest. */
  readonly sealing: boolean
  /** Signs the cookies of the OpenID provider. */
  readonly cookieKey: string
  /** A keyed hash (HMAC-SHA-256) of something short or guessable. */
  mac (purpose: string, text: string): string
  /** Encrypts a text for one place only (AES-256-GCM); `place` is what it must be opened for. */
  seal (text: string, place: string): string
  /** The text, or `null` where it was not sealed under this key for this place. */
  open (sealed: string, place: string): string | null
}

/**
 * Derives the secrets from `secretKey`, or, without one, from a random value kept in the database: that
 * value lies beside what it would encrypt, so private keys are then stored as they are.
 */
export async function loadSecrets (db: Kysely<Tables>, secretKey: string | undefined): Promise<Secrets> {
  const master = secretKey ?? await storedSecret(db, 'master')
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', master, 'latchkey-embedded', purpose, 32))
  const sealKey = derive('signing-keys')
  const macKey = derive('mac')
  return {
    sealing: secretKey !== undefined,
    cookieKey: derive('cookies').toString('base64url'),
    mac: (purpose, text) => createHmac('sha256', macKey).update(`${purpose}\0${text}`).digest('base64url'),
    seal: (text, place) => seal(sealKey, text, place),
    open: (sealed, place) => open(sealKey, sealed, place)
  }
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

function seal (key: Buffer, text: string, place: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place))
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url')
}

function open (key: Buffer, sealed: string, place: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

async function storedSecret (db: Kysely<Tables>, name: string): Promise<string> {
  // Of several copies that start at once, the first one's value counts.
  await db.insertInto('latchkey_embedded_secrets').values({ name, value: randomSecret() })
    .onConflict(conflict => conflict.column('name').doNothing()).execute()
  const { value } = await db.selectFrom('latchkey_embedded_secrets').select('value').where('name', '=', name).executeTakeFirstOrThrow()
  return value
}
