import { errors } from '@latchkey/identity-provider'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errors as oidcErrors, type InteractionResults } from 'oidc-provider'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Asking } from '../asking.js'
import { UNDER_WAY_MS } from '../just-done.js'
import { NO_BRAND } from '../pages/layout.js'
import { donePage, messagePage } from '../pages/other-pages.js'
import { confirmPage, consentPage, forgotPage, resetPage, signInPage, signUpPage, type SignInPage } from '../pages/sign-in-pages.js'
import type { ChosenPassword } from '../pending-emails.js'
import type { Profile } from '../profiles.js'
import { problemOf, type Refusal } from './form-problem.js'
import { seenFromOutside } from './openid-routes.js'
import { brandOf, textOf, type Pages } from './page-routes.js'

/** A sign-in that a client started at the authorization endpoint, in this browser. */
interface SignIn {
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

type Handler = (signIn: SignIn, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/** The steps of one sign-in, below `/oidc/interaction/<uid>`: sign in, sign up, confirm, forgotten password, consent. */
export async function interactionRoutes (fastify: FastifyInstance, pages: Pages): Promise<void> {
  const { embedded } = pages
  const { actions } = embedded

  async function open (request: FastifyRequest, reply: FastifyReply): Promise<SignIn | null> {
    seenFromOutside(request, embedded.issuer)
    try {
      const { uid, prompt, params, session, result, returnTo } = await embedded.current().provider.interactionDetails(request.raw, reply.raw)
      const profile = embedded.profiles.findByClientId(String(params.client_id))
      if (profile === undefined || uid !== (request.params as { uid: string }).uid) return null
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
      if (error instanceof oidcErrors.SessionNotFound) return null
      throw error
    }
  }

  /** Registers a step, which only the browser that started the sign-in can take. */
  function step (method: 'GET' | 'POST', path: string, handler: Handler): void {
    fastify.route({
      method,
      url: `/oidc/interaction/:uid${path}`,
      handler: async (request, reply) => {
        const signIn = await open(request, reply)
        if (signIn !== null && signIn.returnTo === undefined) return await handler(signIn, request, reply)
        return await goOn(signIn, request, reply)
      }
    })
  }

  /**
   * Answers requests to a sign-in that is finished or gone. If a form was submitted twice, and the second time before the
   * browser saw the first redirect, the same sign-in starts again with the parameters of the client that waits for it.
   */
  async function goOn (signIn: SignIn | null, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (signIn?.returnTo !== undefined) return reply.redirect(signIn.returnTo, 303)
    return await ended(request, reply, { goesOn: request.method === 'POST' })
  }

  async function ended (request: FastifyRequest, reply: FastifyReply, { goesOn }: { goesOn: boolean }): Promise<FastifyReply> {
    const { uid } = request.params as { uid: string }
    const finished = beganHere(uid, request, reply) ? await embedded.justDone.findSignIn(uid) : undefined
    if (finished !== undefined && goesOn) return reply.redirect(`/oidc/auth?${new URLSearchParams(finished)}`, 303)
    if (finished === undefined) return pages.send(reply, 400, messagePage(NO_BRAND, 'This sign-in has ended', 'It timed out, was already completed, or was started in another browser. Go back to the app and sign in again.'))
    const profile = embedded.profiles.findByClientId(finished.client_id ?? '')
    return pages.send(reply, 400, messagePage(brandOf(profile), 'You’ve already signed in', 'There’s nothing more to do here. Go back to the app.'))
  }

  /** Whether this browser started a sign-in. Its cookie outlives the sign-in. */
  function beganHere (uid: string, request: FastifyRequest, reply: FastifyReply): boolean {
    const { provider } = embedded.current()
    return provider.createContext(request.raw, reply.raw).cookies.get(provider.cookieName('interaction'), { signed: true }) === uid
  }

  // A browser lands here when it returns to a sign-in that another response to the same form has finished. It continues from here and never goes back there.
  fastify.get('/oidc/interaction/:uid/finished', async (request, reply) => {
    seenFromOutside(request, embedded.issuer)
    return await ended(request, reply, { goesOn: true })
  })

  // Where the link in an email ends, in any browser. Only the browser that started the sign-in can continue it.
  fastify.get<{ Params: { uid: string }, Querystring: { purpose?: unknown, client?: unknown } }>('/oidc/interaction/:uid/done', async (request, reply) => {
    const signIn = await open(request, reply)
    const profile = signIn?.profile ?? embedded.profiles.findByClientId(String(request.query.client))
    const purpose = request.query.purpose === 'confirm' ? 'confirm' : 'reset'
    return pages.send(reply, 200, donePage(brandOf(profile), { purpose, continueAt: signIn?.page.base }))
  })

  async function finish (signIn: SignIn, request: FastifyRequest, reply: FastifyReply, result: InteractionResults): Promise<FastifyReply> {
    const returnTo = await embedded.current().provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: true })
    await embedded.pendingEmails.remove(signIn.uid)
    if (!('error' in result)) await embedded.justDone.keepSignIn(signIn.uid, signIn.params)
    if (signIn.prompt === 'login') await embedded.limits.finishSignIn(request.ip)
    return reply.redirect(returnTo, 303)
  }

  /** If the form was submitted twice, and the first submission used up the code: redirects to where the first one leads. Otherwise `null`. */
  async function sentBefore (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | null> {
    // The first submission may still be in progress.
    await sleep(UNDER_WAY_MS)
    const now = await open(request, reply)
    return now === null || now.returnTo !== undefined ? await goOn(now, request, reply) : null
  }

  /** Does what a form asks for, or shows the form again with what is wrong. */
  async function attempt (signIn: SignIn, request: FastifyRequest, reply: FastifyReply, show: (page: SignInPage) => string, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof oidcErrors.SessionNotFound) return await goOn(null, request, reply)
      if (error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CODE) {
        const gone = await sentBefore(request, reply)
        if (gone !== null) return gone
      }
      embedded.refused(error)
      return again(signIn, reply, show, problemOf(error))
    }
  }

  function again (signIn: SignIn, reply: FastifyReply, show: (page: SignInPage) => string, problem: Refusal): FastifyReply {
    return pages.refuse(reply, problem, show({ ...signIn.page, problem }), signIn.profile)
  }

  const loginAs = (accountId: string): InteractionResults => ({ login: { accountId, remember: true } })

  step('GET', '', async (signIn, _request, reply) => {
    if (signIn.prompt === 'consent') {
      const scopes = String(signIn.params.scope ?? '').split(' ')
      const account = signIn.accountId === undefined ? undefined : await embedded.accounts.findById(signIn.accountId)
      return pages.send(reply, 200, consentPage(signIn.page, { email: account?.email ?? '', scopes }), signIn.profile)
    }
    const email = signIn.email || String(signIn.params.login_hint ?? '')
    return pages.send(reply, 200, signInPage(signIn.page, { email, offersSignUp: signIn.profile.signUp }), signIn.profile)
  })

  // A refused form leaves the browser at this address, so a reload must work.
  step('GET', '/sign-in', async (signIn, _request, reply) => reply.redirect(signIn.page.base, 303))

  step('POST', '/sign-in', async (signIn, request, reply) => {
    const [email, password] = [textOf(request, 'email'), textOf(request, 'password')]
    const show = (page: SignInPage) => signInPage(page, { email, offersSignUp: signIn.profile.signUp })
    const fields = missing({ email: email === '' && 'Enter your email address', password: password === '' && 'Enter your password' })
    if (fields !== null) return again(signIn, reply, show, fields)
    return await attempt(signIn, request, reply, show, async () => {
      const account = await actions.authenticate(signIn.asking, email, password)
      if (account.emailVerified) return await finish(signIn, request, reply, loginAs(account.id))
      await ignoringThrottle(() => actions.sendConfirmation(signIn.asking, email))
      await embedded.pendingEmails.keep(signIn.uid, { email, chosen: { passwordHash: account.passwordHash } })
      return reply.redirect(`${signIn.page.base}/confirm`, 303)
    })
  })

  step('GET', '/sign-up', async (signIn, _request, reply) => {
    if (!signIn.profile.signUp) return reply.redirect(signIn.page.base, 303)
    const email = signIn.email || String(signIn.params.login_hint ?? '')
    return pages.send(reply, 200, signUpPage(signIn.page, { email, firstName: '', lastName: '' }), signIn.profile)
  })

  step('POST', '/sign-up', async (signIn, request, reply) => {
    if (!signIn.profile.signUp) return reply.redirect(signIn.page.base, 303)
    const [email, password, firstName, lastName] = ['email', 'password', 'firstName', 'lastName'].map(name => textOf(request, name).trim()) as [string, string, string, string]
    const show = (page: SignInPage) => signUpPage(page, { email, firstName, lastName })
    const fields = missing({
      email: email === '' && 'Enter your email address',
      password: password === '' && 'Choose a password',
      firstName: firstName.length > 100 && 'Use at most 100 characters',
      lastName: lastName.length > 100 && 'Use at most 100 characters'
    })
    if (fields !== null) return again(signIn, reply, show, fields)
    return await attempt(signIn, request, reply, show, async () => {
      const chosen = await actions.signUpDiscreetly(signIn.asking, { email, password: textOf(request, 'password'), firstName, lastName })
      await embedded.pendingEmails.keep(signIn.uid, { email, chosen })
      return reply.redirect(`${signIn.page.base}/confirm`, 303)
    })
  })

  step('GET', '/confirm', async (signIn, request, reply) => {
    if (signIn.email === '') return reply.redirect(signIn.page.base, 303)
    const sentAgain = (request.query as { sent?: unknown }).sent === 'again'
    return pages.send(reply, 200, confirmPage(signIn.page, { email: signIn.email, sentAgain }), signIn.profile)
  })

  step('POST', '/confirm', async (signIn, request, reply) => {
    const { chosen, email } = signIn
    const show = (page: SignInPage) => confirmPage(page, { email, sentAgain: false })
    // The code proves who owns the address. It does not prove whose password the account has.
    if (chosen === undefined) return await sentBefore(request, reply) ?? again(signIn, reply, show, { status: 400, summary: 'Go back to sign in and enter your password first.' })
    return await attempt(signIn, request, reply, show, async () => {
      const owner = await actions.confirmChosen(signIn.asking, { email, code: textOf(request, 'code') }, chosen)
      return await finish(signIn, request, reply, loginAs(owner.accountId))
    })
  })

  step('POST', '/confirm/resend', async (signIn, request, reply) =>
    await attempt(signIn, request, reply, page => confirmPage(page, { email: signIn.email, sentAgain: false }), async () => {
      await actions.sendConfirmation({ ...signIn.asking, isAskedAgain: true }, signIn.email)
      return reply.redirect(`${signIn.page.base}/confirm?sent=again`, 303)
    }))

  step('GET', '/forgot', async (signIn, _request, reply) =>
    pages.send(reply, 200, forgotPage(signIn.page, { email: signIn.email || String(signIn.params.login_hint ?? '') }), signIn.profile))

  step('POST', '/forgot', async (signIn, request, reply) => {
    const email = textOf(request, 'email').trim()
    const show = (page: SignInPage) => forgotPage(page, { email })
    const fields = missing({ email: email === '' && 'Enter your email address' })
    if (fields !== null) return again(signIn, reply, show, fields)
    return await attempt(signIn, request, reply, show, async () => {
      await actions.forgotPassword(signIn.asking, email)
      await embedded.pendingEmails.keep(signIn.uid, { email, chosen: email === signIn.email ? signIn.chosen : undefined })
      return reply.redirect(`${signIn.page.base}/reset`, 303)
    })
  })

  step('GET', '/reset', async (signIn, _request, reply) => {
    if (signIn.email === '') return reply.redirect(`${signIn.page.base}/forgot`, 303)
    return pages.send(reply, 200, resetPage(signIn.page, { email: signIn.email }), signIn.profile)
  })

  step('POST', '/reset', async (signIn, request, reply) =>
    await attempt(signIn, request, reply, page => resetPage(page, { email: signIn.email }), async () => {
      const owner = await actions.resetPassword(signIn.asking, { email: signIn.email, code: textOf(request, 'code'), newPassword: textOf(request, 'newPassword') })
      return await finish(signIn, request, reply, loginAs(owner.accountId))
    }))

  step('POST', '/consent', async (signIn, request, reply) => {
    if (signIn.prompt !== 'consent' || signIn.accountId === undefined) return reply.redirect(signIn.page.base, 303)
    if (textOf(request, 'answer') !== 'allow') return await finish(signIn, request, reply, { error: 'access_denied', error_description: 'the user denied the request' })
    const { provider } = embedded.current()
    const grant = new provider.Grant({ accountId: signIn.accountId, clientId: signIn.profile.clientId })
    grant.addOIDCScope(String(signIn.params.scope ?? 'openid'))
    return await finish(signIn, request, reply, { consent: { grantId: await grant.save() } })
  })
}

/** The problem with a form that is incomplete, or `null`. */
function missing (fields: Record<string, string | false>): Refusal | null {
  const wrong = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== false)
  return wrong.length === 0 ? null : { status: 400, summary: 'Please check what you entered:', fields: Object.fromEntries(wrong) }
}

/** Ignores the limit on emails where an error would reveal that there was one to send. */
async function ignoringThrottle (work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof errors.IDENTITY_PROVIDER_ERR_THROTTLED)) throw error
  }
}
