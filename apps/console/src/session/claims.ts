/** The claims of an ID token that the console shows or compares. */
export interface Claims {
  readonly iss?: string
  readonly sub?: string
  readonly email?: string
  /** When the user signed in at the provider, in seconds. */
  readonly auth_time?: number
  readonly iat?: number
}

/** Reads the claims of an ID token, unverified: the API verifies it. */
export function claimsOf (idToken: string): Claims {
  const bytes = Uint8Array.from(atob((idToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')), character => character.charCodeAt(0))
  return JSON.parse(new TextDecoder().decode(bytes)) as Claims
}
