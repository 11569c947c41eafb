import { errors } from '@latchkey/identity-provider'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { donePage } from '../pages/other-pages.js'
import { confirmPage, consentPage, forgotPage, resetPage, signInPage, signUpPage, type SignInPage } from '../pages/sign-in-pages.js'
import { answerEnded, findSignIn, type SignIn } from './hosted-sign-in.js'
import { seenFromOutside } from './openid-routes.js'
import { brandOf, textOf, type Pages } from './page-routes.js'
import { answersTo, type SignInAnswers } from './sign-in-answers.js'

type Handler = (signIn: SignIn, answers: SignInAnswers, request: FastifyRequest) => Promise<FastifyReply>

/** Registers a step, which only the browser that started the sign-in can take. */
type Step = (method: 'GET' | 'POST', path: string, handler: Handler) => void

/** The steps of one sign-in, below `/oidc/interaction/<uid>`. */
export async function interactionRoutes (fastify: FastifyInstance, pages: Pages): Promise<void> {
  const step: Step = (method, path, handler) => {
    fastify.route({
      method,
      url: `/oidc/interaction/:uid${path}`,
      handler: async (request, reply) => {
        const signIn = await findSignIn(pages, request, reply)
        if (signIn === null) return await answerEnded(pages, request, reply)
        if (signIn.returnTo !== undefined) return reply.redirect(signIn.returnTo, 303)
        return await handler(signIn, answersTo(signIn, pages, request, reply), request)
      }
    })
  }
  for (const addSteps of [signInSteps, signUpSteps, confirmSteps, resetSteps, consentSteps]) addSteps(step, pages)

  // A browser lands here when it returns to a sign-in that another response to the same form has finished. It continues from here and never goes back there.
  fastify.get('/oidc/interaction/:uid/finished', async (request, reply) => {
    seenFromOutside(request, pages.embedded.issuer)
    return await answerEnded(pages, request, reply, { goesOn: true })
  })

  // Where the link in an email ends, in any browser. Only the browser that started the sign-in can continue it.
  fastify.get<{ Querystring: { purpose?: unknown, client?: unknown } }>('/oidc/interaction/:uid/done', async (request, reply) => {
    const signIn = await findSignIn(pages, request, reply)
    const profile = signIn?.profile ?? pages.embedded.profiles.findByClientId(String(request.query.client))
    const purpose = request.query.purpose === 'confirm' ? 'confirm' : 'reset'
    return pages.send(reply, 200, donePage(brandOf(profile), { purpose, continueAt: signIn?.page.base }))
  })
}

function signInSteps (step: Step, { embedded: { accounts, actions, pendingEmails } }: Pages): void {
  step('GET', '', async ({ prompt, params, page, profile, accountId, ...signIn }, answers) => {
    if (prompt !== 'consent') return answers.show(signInPage(page, { email: signIn.email || hintOf(params), offersSignUp: profile.signUp }))
    const scopes = String(params.scope ?? '').split(' ')
    const account = accountId === undefined ? undefined : await accounts.findById(accountId)
    return answers.show(consentPage(page, { email: account?.email ?? '', scopes }))
  })

  // A refused form leaves the browser at this address, so a reload must work.
  step('GET', '/sign-in', async (_signIn, answers) => answers.goTo(''))

  step('POST', '/sign-in', async ({ uid, asking, profile }, answers, request) => {
    const [email, password] = [textOf(request, 'email'), textOf(request, 'password')]
    const show = (page: SignInPage) => signInPage(page, { email, offersSignUp: profile.signUp })
    return await answers.submit(show, { email: email === '' && 'Enter your email address', password: password === '' && 'Enter your password' }, async () => {
      const account = await actions.authenticate(asking, email, password)
      if (account.emailVerified) return await answers.finishAs(account.id)
      await actions.sendConfirmation(asking, email).catch(ignoreThrottle)
      await pendingEmails.keep(uid, { email, chosen: { passwordHash: account.passwordHash } })
      return answers.goTo('/confirm')
    })
  })
}

function signUpSteps (step: Step, { embedded: { actions, pendingEmails } }: Pages): void {
  step('GET', '/sign-up', async ({ email, page, params, profile }, answers) =>
    profile.signUp ? answers.show(signUpPage(page, { email: email || hintOf(params), firstName: '', lastName: '' })) : answers.goTo(''))

  step('POST', '/sign-up', async ({ uid, asking, profile }, answers, request) => {
    if (!profile.signUp) return answers.goTo('')
    const [email, password, firstName, lastName] = ['email', 'password', 'firstName', 'lastName'].map(name => textOf(request, name).trim()) as [string, string, string, string]
    const mistakes = {
      email: email === '' && 'Enter your email address',
      password: password === '' && 'Choose a password',
      firstName: firstName.length > 100 && 'Use at most 100 characters',
      lastName: lastName.length > 100 && 'Use at most 100 characters'
    }
    return await answers.submit(page => signUpPage(page, { email, firstName, lastName }), mistakes, async () => {
      const chosen = await actions.signUpDiscreetly(asking, { email, password: textOf(request, 'password'), firstName, lastName })
      await pendingEmails.keep(uid, { email, chosen })
      return answers.goTo('/confirm')
    })
  })
}

function confirmSteps (step: Step, { embedded: { actions } }: Pages): void {
  step('GET', '/confirm', async ({ email, page }, answers, request) => {
    if (email === '') return answers.goTo('')
    const sentAgain = (request.query as { sent?: unknown }).sent === 'again'
    return answers.show(confirmPage(page, { email, sentAgain }))
  })

  step('POST', '/confirm', async ({ asking, chosen, email }, answers, request) => {
    const show = (page: SignInPage) => confirmPage(page, { email, sentAgain: false })
    // The code proves who owns the address. It does not prove whose password the account has.
    if (chosen === undefined) return await answers.sentBefore() ?? answers.again(show, { status: 400, summary: 'Go back to sign in and enter your password first.' })
    return await answers.submit(show, {}, async () => {
      const owner = await actions.confirmChosen(asking, { email, code: textOf(request, 'code') }, chosen)
      return await answers.finishAs(owner.accountId)
    })
  })

  step('POST', '/confirm/resend', async ({ asking, email }, answers) =>
    await answers.submit(page => confirmPage(page, { email, sentAgain: false }), {}, async () => {
      await actions.sendConfirmation({ ...asking, isAskedAgain: true }, email)
      return answers.goTo('/confirm?sent=again')
    }))
}

function resetSteps (step: Step, { embedded: { actions, pendingEmails } }: Pages): void {
  step('GET', '/forgot', async ({ email, page, params }, answers) => answers.show(forgotPage(page, { email: email || hintOf(params) })))

  step('POST', '/forgot', async ({ uid, asking, ...signIn }, answers, request) => {
    const email = textOf(request, 'email').trim()
    return await answers.submit(page => forgotPage(page, { email }), { email: email === '' && 'Enter your email address' }, async () => {
      await actions.forgotPassword(asking, email)
      await pendingEmails.keep(uid, { email, chosen: email === signIn.email ? signIn.chosen : undefined })
      return answers.goTo('/reset')
    })
  })

  step('GET', '/reset', async ({ email, page }, answers) => email === '' ? answers.goTo('/forgot') : answers.show(resetPage(page, { email })))

  step('POST', '/reset', async ({ asking, email }, answers, request) =>
    await answers.submit(page => resetPage(page, { email }), {}, async () => {
      const owner = await actions.resetPassword(asking, { email, code: textOf(request, 'code'), newPassword: textOf(request, 'newPassword') })
      return await answers.finishAs(owner.accountId)
    }))
}

function consentSteps (step: Step, { embedded }: Pages): void {
  step('POST', '/consent', async ({ accountId, params, profile, prompt }, answers, request) => {
    if (prompt !== 'consent' || accountId === undefined) return answers.goTo('')
    if (textOf(request, 'answer') !== 'allow') return await answers.finish({ error: 'access_denied', error_description: 'the user denied the request' })
    const { provider } = embedded.current()
    const grant = new provider.Grant({ accountId, clientId: profile.clientId })
    grant.addOIDCScope(String(params.scope ?? 'openid'))
    return await answers.finish({ consent: { grantId: await grant.save() } })
  })
}

/** The email address with which the client prefills the form. */
const hintOf = (params: SignIn['params']): string => String(params.login_hint ?? '')

/** Ignores the limit on emails where an error would reveal that there was one to send. */
function ignoreThrottle (error: unknown): void {
  if (!(error instanceof errors.IDENTITY_PROVIDER_ERR_THROTTLED)) throw error
}
