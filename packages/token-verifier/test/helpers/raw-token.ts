/** Builds tokens by hand that no signer would produce. */
const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part)).toString('base64url')

/** @param header and payload: bytes and text are used unchanged, anything else as JSON */
export function rawToken (header: unknown, payload: unknown, signature: unknown = 'signature'): string {
  return `${encode(header)}.${encode(payload)}.${encode(signature)}`
}

/** The three segments of a token. */
export function segmentsOf (token: string): [string, string, string] {
  return token.split('.') as [string, string, string]
}

export function readSegment (segment: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(segment, 'base64url').toString()) as Record<string, unknown>
}
