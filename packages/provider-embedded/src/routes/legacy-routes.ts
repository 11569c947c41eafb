import type { FastifyInstance, FastifyReply } from 'fastify'
import { RETRY_AFTER_SECONDS } from '../account-limits.js'
import { createBegunSignIns } from '../begun-sign-ins.js'
import type { Embedded } from '../embedded.js'
import { messagePage, TOO_MANY } from '../pages/other-pages.js'
import type { Profile } from '../profiles.js'
import { seenFromOutside } from './openid-routes.js'
import { answerFailure, brandOf, sendPage } from './page-routes.js'

/**
 * The addresses of AWS Cognito's hosted UI, at the app's root, for clients written for it: `/oauth2/authorize` with
 * `response_type=token`, and `/logout`. They exist for profiles with `legacyImplicit` only; for others they answer 404.
 */
export async function legacyRoutes (fastify: FastifyInstance, { embedded }: { embedded: Embedded }): Promise<void> {
  const { legacySignIns, limits, tokens, profiles } = embedded
  const begunSignIns = createBegunSignIns({ secure: embedded.issuer.startsWith('https:'), seconds: 60 * 60, kind: 'legacy' })
  const profileOf = (clientId: string | undefined): Profile | undefined => {
    const profile = profiles.findByClientId(clientId ?? '')
    return profile?.legacyImplicit === true ? profile : undefined
  }

  fastify.setErrorHandler(answerFailure)

  fastify.get<{ Querystring: Query }>('/oauth2/authorize', async (request, reply) => {
    const { client_id: clientId, response_type: responseType, redirect_uri: redirectUri, state, nonce } = texts(request.query)
    const profile = profileOf(clientId)
    if (profile === undefined) return reply.callNotFound()
    if (redirectUri === undefined || !profile.callbackUrls.includes(redirectUri)) return refuse(reply, profile, 'redirect_uri', 'callbackUrls')
    if (responseType === 'code') return reply.redirect(`${embedded.issuer}/auth?${new URLSearchParams(texts(request.query)).toString()}`)
    if (responseType !== 'token') return toFragment(reply, redirectUri, { error: 'unsupported_response_type', state })
    if (!await limits.mayBeginSignIn(request.ip)) return sendPage(reply.header('retry-after', RETRY_AFTER_SECONDS), 429, messagePage(brandOf(profile), ...TOO_MANY), profile)
    const { url, secret } = await legacySignIns.begin(profile, { redirectUri, state, nonce })
    return reply.header('set-cookie', begunSignIns.cookiesFor(request.headers.cookie, secret)).redirect(url)
  })

  fastify.get<{ Querystring: Query }>('/oauth2/callback', { logLevel: 'warn' }, async (request, reply) => {
    const { state: secret, code, error, iss } = texts(request.query)
    // Only for the browser that started the sign-in: anyone could send another browser here with a code of their own.
    const mine = secret !== undefined && begunSignIns.wasBegunHere(request.headers.cookie, secret)
    const signIn = mine ? await legacySignIns.take(secret) : undefined
    if (!mine || signIn === undefined || iss !== embedded.issuer) {
      return sendPage(reply, 400, messagePage(brandOf(undefined), 'This sign-in has ended', 'It was already completed, or was started in another browser. Go back to the app and sign in again.'))
    }
    const { profile, redirectUri, state, codeVerifier } = signIn
    reply.header('set-cookie', begunSignIns.cookieToForget(secret))
    await limits.finishSignIn(request.ip)
    if (code === undefined) return toFragment(reply, redirectUri, { error: error ?? 'server_error', state })
    const { idToken, accessToken, accessTokenExpiresAt } = await tokens.exchange(profile, { code, redirectUri: embedded.legacyCallback, codeVerifier })
    return toFragment(reply, redirectUri, {
      id_token: idToken,
      access_token: accessToken ?? undefined,
      expires_in: String(Math.round((Date.parse(accessTokenExpiresAt ?? '') - Date.now()) / 1000)),
      token_type: 'Bearer',
      state
    })
  })

  fastify.get<{ Querystring: Query }>('/logout', async (request, reply) => {
    const query = texts(request.query)
    const { client_id: clientId, logout_uri: logoutUri, redirect_uri: redirectUri } = query
    const profile = profileOf(clientId)
    if (profile === undefined) return reply.callNotFound()
    if (logoutUri !== undefined && !profile.logoutUrls.includes(logoutUri)) return refuse(reply, profile, 'logout_uri', 'logoutUrls')
    if (logoutUri === undefined && (redirectUri === undefined || !profile.callbackUrls.includes(redirectUri))) return refuse(reply, profile, 'logout_uri', 'logoutUrls')
    seenFromOutside(request, embedded.issuer)
    await embedded.endBrowserSession(request.raw, reply.raw)
    // With redirect_uri instead of logout_uri, Cognito signs out and goes straight to the sign-in page.
    return reply.redirect(logoutUri ?? `${embedded.publicUrl}/oauth2/authorize?${new URLSearchParams(query).toString()}`)
  })
}

type Query = Record<string, unknown>

/** Ignores parameters that are given twice. */
function texts (query: Query): Record<string, string> & { [name: string]: string | undefined } {
  return Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function refuse (reply: FastifyReply, profile: Profile, parameter: string, option: string): FastifyReply {
  return sendPage(reply, 400, messagePage(brandOf(profile), 'This request can’t be completed', 'The app that sent you here gave an address that isn’t registered. Go back to the app and try again.',
    { forDevelopers: `add this exact ${parameter} to the profile’s ${option}.` }), profile)
}

function toFragment (reply: FastifyReply, redirectUri: string, parameters: Record<string, string | undefined>): FastifyReply {
  const fragment = new URLSearchParams(Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined))
  return reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).redirect(`${redirectUri}#${fragment.toString()}`)
}
