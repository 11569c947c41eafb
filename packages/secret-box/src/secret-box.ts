import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { SECRET_BOX_ERR_INVALID_KEY, SECRET_BOX_ERR_UNREADABLE } from './errors.js'

/** The only place where a sealed text is valid: for example table, record and field. */
export type Place = readonly string[]

/** Encrypts texts for one purpose. Other purposes cannot open them, even with the same key. */
export interface SecretBox {
  /** Encrypts a text for a place with the current key. */
  seal (text: string, place: Place): string
  /** @throws SECRET_BOX_ERR_UNREADABLE if it was sealed with an unknown key or for another place, or was modified */
  open (sealed: string, place: Place): string
  /** Whether it was not sealed with the current key. Seal it again before you drop the old key. */
  isOutdated (sealed: string): boolean
}

export interface SecretBoxOptions {
  /** The current key: at least 32 random characters. */
  readonly key: string
  /** Earlier keys, used only to open what they sealed. */
  readonly previousKeys?: readonly string[]
  /** Names the use, for example the package. Each purpose has its own key, derived from `key`. */
  readonly purpose: string
}

/** The format of a sealed text: version, key ID, and nonce, tag and ciphertext in base64url. */
const FORM = /^sb1\.([0-9a-f]{16})\.([\w-]+)$/
const MIN_KEY_LENGTH = 32
/** 96 random bits (NIST SP 800-38D §8.2.2), enough for four billion texts per purpose. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

interface DerivedKey {
  /** Identifies the key without revealing it. */
  readonly id: string
  readonly key: Buffer
}

/** @throws SECRET_BOX_ERR_INVALID_KEY if a key has fewer than 32 characters */
export function createSecretBox ({ key, previousKeys = [], purpose }: SecretBoxOptions): SecretBox {
  const current = derive(key, purpose)
  const known = new Map([...previousKeys.map(previous => derive(previous, purpose)), current].map(derived => [derived.id, derived]))
  return Object.freeze<SecretBox>({
    seal: (text, place) => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce).setAAD(additionalData(place))
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `sb1.${current.id}.${Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64url')}`
    },
    open: (sealed, place) => {
      const [, id, content] = FORM.exec(sealed) ?? []
      if (id === undefined || content === undefined) throw new SECRET_BOX_ERR_UNREADABLE('it is not in the format of a sealed text')
      const derived = known.get(id)
      if (derived === undefined) throw new SECRET_BOX_ERR_UNREADABLE('it was sealed with an unknown key. Add that key to the previous keys')
      return decrypt(derived.key, Buffer.from(content, 'base64url'), place)
    },
    isOutdated: sealed => FORM.exec(sealed)?.[1] !== current.id
  })
}

function decrypt (key: Buffer, bytes: Buffer, place: Place): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(additionalData(place))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    throw new SECRET_BOX_ERR_UNREADABLE('it was modified, or sealed for another place')
  }
}

/** JSON, so that different places always have different data. */
function additionalData (place: Place): Buffer {
  return Buffer.from(JSON.stringify(place))
}

function derive (key: string, purpose: string): DerivedKey {
  if (key.length < MIN_KEY_LENGTH) throw new SECRET_BOX_ERR_INVALID_KEY()
  const expand = (what: string, length: number) => Buffer.from(hkdfSync('sha256', key, 'latchkey-secret-box', JSON.stringify([what, purpose]), length))
  return { id: expand('id', 8).toString('hex'), key: expand('key', 32) }
}
