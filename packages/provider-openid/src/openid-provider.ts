import { assertRedirectAllowed, errors, requireLog, type CodeExchange, type HostedPages, type IdentityProvider, type ProviderDependencies, type TokenRefresh } from '@latchkey/identity-provider'
import * as client from 'openid-client'
import { createDiscoveredClient } from './discovered-client.js'
import { resolveOptions, type OpenIdOptions, type ResolvedOptions } from './options.js'
import { toTokenSet } from './token-set.js'
import { translateError, type Operation } from './translate-error.js'

/** An opened adapter to an OpenID provider. */
export type OpenIdProvider = IdentityProvider & CodeExchange & TokenRefresh & HostedPages

/**
 * Opens the adapter to an OpenID provider. It does not contact the provider until it is first used.
 *
 * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile and every invalid path
 */
export function createOpenIdProvider (options: OpenIdOptions, dependencies: ProviderDependencies): OpenIdProvider {
  const resolved = resolveOptions(options)
  const log = requireLog(resolved.id, dependencies)
  const { id, type, clientSecret, scope, callbackUrls, logoutUrls } = resolved
  const discoveredClient = createDiscoveredClient(resolved, log)

  /** Sends a request to the provider and translates any failure into an error of the contract. */
  async function ask<Answer> (operation: Operation, secrets: (string | undefined)[], question: (configuration: client.Configuration) => Promise<Answer>): Promise<Answer> {
    const configuration = await discoveredClient().catch((error: unknown) => { throw translateError(error, { profileId: id, operation: 'discover', secrets: [] }) })
    try {
      return await question(configuration)
    } catch (error) {
      const translated = translateError(error, { profileId: id, operation, secrets: [clientSecret, ...secrets] })
      if (translated instanceof errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE) {
        log.warn({ profile: id, operation, err: translated.cause }, 'The identity provider is unavailable or sent an unexpected response')
      }
      throw translated
    }
  }

  return Object.freeze({
    id,
    type,
    issuer: describeIssuer(resolved),

    async exchangeCode ({ code, redirectUri = callbackUrls[0], codeVerifier, nonce }) {
      assertRedirectAllowed(id, redirectUri, callbackUrls)
      return await ask('exchangeCode', [code, codeVerifier], async configuration => {
        // Not `authorizationCodeGrant`: it takes the redirect URI from a parsed URL, but providers compare it exactly.
        const answer = await client.genericGrantRequest(configuration, 'authorization_code', given({ code, redirect_uri: redirectUri, code_verifier: codeVerifier }))
        const tokens = toTokenSet(answer)
        // The code belongs to another login (OpenID Connect Core §3.1.3.7 item 11).
        if (nonce !== undefined && answer.claims()?.nonce !== nonce) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
        return tokens
      })
    },

    async refreshTokens ({ refreshToken }) {
      return await ask('refreshTokens', [refreshToken], async configuration => {
        const tokens = toTokenSet(await client.genericGrantRequest(configuration, 'refresh_token', { refresh_token: refreshToken }))
        // If the provider issues no new refresh token, the old one can be used again (RFC 6749 §6).
        return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
      })
    },

    async loginUrl ({ redirectUri, state, nonce, codeChallenge, loginHint } = {}) {
      assertRedirectAllowed(id, redirectUri, callbackUrls)
      return await ask('discover', [], async configuration => client.buildAuthorizationUrl(configuration, given({
        scope,
        redirect_uri: redirectUri,
        state,
        nonce,
        code_challenge: codeChallenge,
        code_challenge_method: codeChallenge === undefined ? undefined : 'S256',
        login_hint: loginHint
      })).href)
    },

    async logoutUrl ({ redirectUri, idTokenHint, state } = {}) {
      assertRedirectAllowed(id, redirectUri, logoutUrls)
      return await ask('discover', [idTokenHint], async configuration => {
        if (configuration.serverMetadata().end_session_endpoint === undefined) return null
        return client.buildEndSessionUrl(configuration, given({ post_logout_redirect_uri: redirectUri, id_token_hint: idTokenHint, state })).href
      })
    }
  } satisfies OpenIdProvider)
}

function describeIssuer ({ issuer, clientId, audiences = [clientId], jwksUri, algorithms, claimNames }: ResolvedOptions): IdentityProvider['issuer'] {
  return Object.freeze({
    issuer,
    clientId,
    audiences,
    ...(jwksUri !== undefined && { jwksUri }),
    ...(algorithms !== undefined && { algorithms }),
    ...(claimNames !== undefined && { claimNames })
  })
}

/** Drops the parameters that have no value. */
function given (parameters: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
