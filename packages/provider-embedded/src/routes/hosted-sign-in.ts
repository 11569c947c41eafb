import type { FastifyReply, FastifyRequest } from 'fastify'
import { errors } from 'oidc-provider'
import type { Asking } from '../asking.js'
import { NO_BRAND } from '../pages/layout.js'
import { messagePage } from '../pages/other-pages.js'
import type { SignInPage } from '../pages/sign-in-pages.js'
import type { ChosenPassword } from '../pending-emails.js'
import type { Profile } from '../profiles.js'
import { seenFromOutside } from './openid-routes.js'
import { brandOf, type Pages } from './page-routes.js'

/** A sign-in that a client started at the authorization endpoint, in this browser. */
export interface SignIn {
  readonly uid: string
  readonly prompt: string
  readonly params: Readonly<Record<string, unknown>>
  readonly accountId: string | undefined
  readonly profile: Profile
  readonly asking: Asking
  readonly page: SignInPage
  /** The email address that was entered, or `''`. It stays on the server, out of URLs and logs. */
  readonly email: string
  readonly chosen: ChosenPassword | undefined
  /** Where the browser continues, once the sign-in is finished. */
  readonly returnTo: string | undefined
}

/** The sign-in that a request is part of. `null` if it has ended, or was started in another browser. */
export async function findSignIn (pages: Pages, request: FastifyRequest, reply: FastifyReply): Promise<SignIn | null> {
  const { embedded } = pages
  seenFromOutside(request, embedded.issuer)
  try {
    const { uid, prompt, params, session, result, returnTo } = await embedded.current().provider.interactionDetails(request.raw, reply.raw)
    const profile = embedded.profiles.findByClientId(String(params.client_id))
    if (profile === undefined || uid !== uidOf(request) || !beganHere(pages, request)) return null
    const pending = await embedded.pendingEmails.find(uid)
    return {
      uid,
      prompt: prompt.name,
      params,
      accountId: session?.accountId,
      profile,
      asking: { profileId: profile.id, brandName: profile.brandName, clientId: profile.clientId, interactionUid: uid, clientAddress: request.ip },
      page: { brand: brandOf(profile), base: `/oidc/interaction/${uid}`, csrf: pages.csrfFor(request, reply) },
      email: pending?.email ?? '',
      chosen: pending?.chosen,
      returnTo: result === undefined ? undefined : returnTo
    }
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return null
    throw error
  }
}

/**
 * Answers a request to a sign-in that has ended. If a form was submitted twice, and the second time before the browser
 * saw the first redirect, the same sign-in starts again with the parameters of the client that waits for it.
 *
 * @param goesOn whether the browser still has to get to the app
 */
export async function answerEnded (pages: Pages, request: FastifyRequest, reply: FastifyReply, { goesOn = request.method === 'POST' } = {}): Promise<FastifyReply> {
  const { embedded, send } = pages
  const finished = beganHere(pages, request) ? await embedded.justDone.findSignIn(uidOf(request)) : undefined
  if (finished === undefined) return send(reply, 400, messagePage(NO_BRAND, 'This sign-in has ended', 'It timed out, was already completed, or was started in another browser. Go back to the app and sign in again.'))
  if (goesOn) return reply.redirect(`/oidc/auth?${new URLSearchParams(finished)}`, 303)
  const profile = embedded.profiles.findByClientId(finished.client_id ?? '')
  return send(reply, 400, messagePage(brandOf(profile), 'You’ve already signed in', 'There’s nothing more to do here. Go back to the app.'))
}

/** Whether this browser started the sign-in. Its cookie outlives the sign-in. */
function beganHere ({ embedded }: Pages, request: FastifyRequest): boolean {
  return embedded.begunSignIns.wasBegunHere(request.headers.cookie, uidOf(request))
}

function uidOf (request: FastifyRequest): string {
  return (request.params as { uid: string }).uid
}
