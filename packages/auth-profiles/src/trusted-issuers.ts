import type { TokenVerifier, TrustedIssuer } from '@latchkey/token-verifier'
import { AUTH_PROFILES_ERR_INVALID_OPTIONS, AUTH_PROFILES_ERR_INVALID_PROFILE } from './errors.js'
import type { OpenedProfile } from './open-profiles.js'

/** @throws AUTH_PROFILES_ERR_INVALID_OPTIONS if tokens of the configured profiles could not be verified or told apart. Reuses the verifier's message, in which profiles are `issuers` */
export function trustConfigured (configured: readonly OpenedProfile[], tokenVerifier: TokenVerifier): void {
  try {
    tokenVerifier.trust(configured.map(toTrustedIssuer))
  } catch (error) {
    const { code, message } = error as { code?: string, message: string }
    if (code !== 'TOKEN_VERIFIER_ERR_INVALID_OPTIONS') throw error
    throw new AUTH_PROFILES_ERR_INVALID_OPTIONS(message.replace(/^.*?\bissuers\.(?=\d)/, 'profiles.'))
  }
}

/** @throws AUTH_PROFILES_ERR_INVALID_PROFILE if the verifier could not accept the profile's tokens together with those of the others */
export function checkTrust (opened: OpenedProfile, all: readonly OpenedProfile[], tokenVerifier: TokenVerifier): void {
  const others = all.filter(({ profile }) => profile.id !== opened.profile.id)
  try {
    tokenVerifier.check([...others, opened].map(toTrustedIssuer))
  } catch (error) {
    throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ options: `are invalid: ${(error as Error).message}` })
  }
}

export function toTrustedIssuer ({ profile, provider }: OpenedProfile): TrustedIssuer {
  // The verifier itself checks the names of the algorithms.
  return { id: profile.id, ...provider.issuer as Omit<TrustedIssuer, 'id'> }
}
