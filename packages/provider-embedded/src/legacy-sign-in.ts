import { createHash } from 'node:crypto'
import type { Adapter } from 'oidc-provider'
import type { Profile, Profiles } from './profiles.js'
import { randomSecret } from './secrets.js'

/** A sign-in that a client started with the implicit flow. */
export interface LegacySignIn {
  readonly profile: Profile
  readonly redirectUri: string
  readonly state: string | undefined
  readonly codeVerifier: string
}

export interface LegacySignIns {
  /** @returns where the browser goes next, and the secret that ties the sign-in to it */
  begin (profile: Profile, asked: { redirectUri: string, state: string | undefined, nonce: string | undefined }): Promise<{ url: string, secret: string }>
  /** Returns a sign-in once. */
  take (secret: string): Promise<LegacySignIn | undefined>
}

const SECONDS = 60 * 60
const SCOPES = 'openid email profile'

/**
 * Serves the implicit flow (RFC 6749 §4.2) by means of the code flow: the code goes to a callback of this app, which
 * passes the tokens on in the fragment. The OpenID provider itself does not support the implicit flow.
 */
export function createLegacySignIns (records: Adapter, profiles: Profiles, issuer: string, callback: string): LegacySignIns {
  return {
    async begin (profile, { redirectUri, state, nonce }) {
      const [secret, codeVerifier] = [randomSecret(), randomSecret()]
      await records.upsert(secret, { clientId: profile.clientId, redirectUri, params: { codeVerifier, ...(state === undefined ? {} : { state }) } }, SECONDS)
      const url = new URL(`${issuer}/auth`)
      url.search = new URLSearchParams({
        client_id: profile.clientId,
        response_type: 'code',
        scope: SCOPES,
        redirect_uri: callback,
        state: secret,
        code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...(nonce === undefined ? {} : { nonce })
      }).toString()
      return { url: url.href, secret }
    },
    async take (secret) {
      const found = await records.find(secret)
      const profile = profiles.findByClientId(String(found?.clientId))
      if (found === undefined || profile === undefined) return undefined
      await records.destroy(secret)
      const { codeVerifier, state } = found.params as { codeVerifier: string, state?: string }
      return { profile, redirectUri: String(found.redirectUri), state, codeVerifier }
    }
  }
}
