import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { SECRET_BOX_ERR_INVALID_KEY, SECRET_BOX_ERR_UNREADABLE } from './errors.js'

/** Where a sealed text lies, and nowhere else: for example table, record and field. */
export type Place = readonly string[]

/** Seals texts for one purpose. What one purpose has sealed no other can open, though both have the same key. */
export interface SecretBox {
  /** Encrypts a text for a place, under the current key. */
  seal (text: string, place: Place): string
  /** @throws SECRET_BOX_ERR_UNREADABLE it was sealed under another key or for another place, or was altered */
  open (sealed: string, place: Place): string
  /** Whether it was sealed under another key than the current one: seal it anew, before that key is given up. */
  isOutdated (sealed: string): boolean
}

export interface SecretBoxOptions {
  /** The current key: at least 32 characters, as random as can be. */
  readonly key: string
  /** Keys of before, which open what they have sealed and seal nothing. */
  readonly previousKeys?: readonly string[]
  /** Names what is sealed, for example the package: each purpose has a key of its own, derived from the same. */
  readonly purpose: string
}

/** Of the sealed text's form: the version, the id of the key, and nonce, tag and cipher text in base64url. */
const FORM = /^sb1\.([0-9a-f]{16})\.([\w-]+)$/
const MIN_KEY_LENGTH = 32
/** 96 random bits (NIST SP 800-38D §8.2.2), enough for four thousand million texts of each purpose. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

interface DerivedKey {
  /** Names the key without telling of it. */
  readonly id: string
  readonly key: Buffer
}

/** @throws SECRET_BOX_ERR_INVALID_KEY a key has fewer than 32 characters */
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
      if (id === undefined || content === undefined) throw new SECRET_BOX_ERR_UNREADABLE('it has not the form of a sealed text')
      const derived = known.get(id)
      if (derived === undefined) throw new SECRET_BOX_ERR_UNREADABLE('it was sealed under a key that is not given; give that one as a previous key')
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
    throw new SECRET_BOX_ERR_UNREADABLE('it was altered, or sealed for another place')
  }
}

/** Places differ in their data whatever is in their parts. */
function additionalData (place: Place): Buffer {
  return Buffer.from(JSON.stringify(place))
}

function derive (key: string, purpose: string): DerivedKey {
  if (key.length < MIN_KEY_LENGTH) throw new SECRET_BOX_ERR_INVALID_KEY()
  const expand = (what: string, length: number) => Buffer.from(hkdfSync('sha256', key, 'latchkey-secret-box', JSON.stringify([what, purpose]), length))
  return { id: expand('id', 8).toString('hex'), key: expand('key', 32) }
}
