import { errors } from '@latchkey/identity-provider'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Asking } from '../asking.js'
import { isLinkToken, type CodeOwner, type CodePurpose } from '../codes.js'
import { UNDER_WAY_MS } from '../just-done.js'
import { confirmLinkPage, deadLinkPage, donePage, inviteLinkPage, messagePage, resetLinkPage, type LinkPage } from '../pages/other-pages.js'
import { problemOf, type Refusal } from './form-problem.js'
import { brandOf, textOf, type Pages } from './page-routes.js'

/** How often to look for the first of two submissions sent at once. An invalid link is therefore answered within two seconds. */
const LOOKS = 4

/** The form behind a link. */
interface LinkForm {
  show (page: LinkPage, link: { email: string }): string
  /** The password field, and the message if it is empty. */
  readonly field: string
  readonly empty: string
  /** Does what the link is for, once. @throws IDENTITY_PROVIDER_ERR_INVALID_CODE if the link is used or unknown; or the error that refuses the password */
  use (asking: Asking, token: string, password: string): Promise<CodeOwner>
}

/** The pages behind the links in emails. They work in any browser. */
export async function linkRoutes (fastify: FastifyInstance, pages: Pages): Promise<void> {
  const { actions, justDone, pendingEmails, profiles, refused } = pages.embedded

  const profileOf = (owner: CodeOwner | undefined) => profiles.findByClientId(owner?.clientId ?? '') ?? profiles.first()
  const pageFor = (request: FastifyRequest, reply: FastifyReply, owner: CodeOwner | undefined, token: string): LinkPage =>
    ({ brand: brandOf(profileOf(owner)), csrf: pages.csrfFor(request, reply), token })

  const askingFor = (request: FastifyRequest, link: CodeOwner | undefined): Asking => {
    const profile = profileOf(link)
    return {
      profileId: profile?.id ?? '',
      brandName: brandOf(profile).brandName,
      clientId: profile?.clientId ?? '',
      interactionUid: link?.interactionUid ?? null,
      clientAddress: request.ip
    }
  }

  async function dead (request: FastifyRequest, reply: FastifyReply, purpose: CodePurpose, token: string): Promise<FastifyReply> {
    const link = await actions.readLink(purpose, token)
    return pages.send(reply, 410, deadLinkPage(pageFor(request, reply, link, token), { purpose, known: link !== undefined }))
  }

  /** Finds the owner of a used link, waiting for a submission that is still in progress. */
  async function findUsed (purpose: CodePurpose, token: string): Promise<CodeOwner | undefined> {
    for (let looks = 1; ; looks++) {
      const owner = await justDone.findLink(token)
      if (owner !== undefined || looks === LOOKS) return owner
      // Don't wait for something that was never a link, or that is still unused.
      if (!isLinkToken(token) || await actions.readLink(purpose, token) !== undefined) return undefined
      await sleep(UNDER_WAY_MS)
    }
  }

  /** If a form was submitted twice, answers as the first time, provided that the sender knows the password that the account now has. Otherwise `null`. */
  async function doneBefore (request: FastifyRequest, reply: FastifyReply, purpose: CodePurpose, { token, password }: { token: string, password: string }): Promise<FastifyReply | null> {
    const owner = await findUsed(purpose, token)
    if (owner === undefined) return null
    const isTheirs = await actions.authenticate(askingFor(request, owner), owner.email, password).then(() => true, () => false)
    return isTheirs ? done(reply, owner, purpose) : null
  }

  function done (reply: FastifyReply, owner: CodeOwner, purpose: CodePurpose): FastifyReply {
    const profile = profileOf(owner)
    if (owner.interactionUid === null) return pages.send(reply, 200, donePage(brandOf(profile), { purpose }))
    // Only the sign-in's cookie tells whether this browser started it, and its path limits it to addresses below that of the sign-in.
    return reply.redirect(`/oidc/interaction/${owner.interactionUid}/done?${new URLSearchParams({ purpose, client: profile?.clientId ?? '' })}`, 303)
  }

  const choosing = (purpose: 'reset' | 'invite'): LinkForm['use'] => async (asking, token, password) => await actions.resetPasswordByLink(asking, purpose, token, password)
  const forms: Record<CodePurpose, LinkForm> = {
    confirm: {
      show: confirmLinkPage,
      field: 'password',
      empty: 'Enter your password',
      use: async (asking, token, password) => await actions.confirmByLink(asking, token, password, await pendingEmails.find(asking.interactionUid ?? ''))
    },
    reset: { show: resetLinkPage, field: 'newPassword', empty: 'Choose a password', use: choosing('reset') },
    invite: { show: inviteLinkPage, field: 'newPassword', empty: 'Choose a password', use: choosing('invite') }
  }

  for (const purpose of ['confirm', 'reset', 'invite'] as const) {
    const { show, field, empty, use } = forms[purpose]

    // The URL contains a secret, which must stay out of the request log.
    fastify.get(`/oidc/${purpose}`, { logLevel: 'warn' }, async (request, reply) => {
      const { token } = request.query as { token?: unknown }
      const given = typeof token === 'string' ? token : ''
      const link = await actions.readLink(purpose, given)
      if (link === undefined || link.expired) return await dead(request, reply, purpose, given)
      return pages.send(reply, 200, show(pageFor(request, reply, link, given), link))
    })

    fastify.post(`/oidc/${purpose}`, async (request, reply) => {
      const [token, password] = [textOf(request, 'token'), textOf(request, field)]
      const link = await actions.readLink(purpose, token)
      const again = (link: CodeOwner, problem: Refusal) => pages.refuse(reply, problem, show({ ...pageFor(request, reply, link, token), problem }, link))
      if (password === '' && link?.expired === false) return again(link, { status: 400, summary: 'Please check what you entered:', fields: { [field]: empty } })
      try {
        const owner = await use(askingFor(request, link), token, password)
        await justDone.keepLink(token, owner)
        return done(reply, owner, purpose)
      } catch (error) {
        const isDead = error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CODE
        const before = isDead ? await doneBefore(request, reply, purpose, { token, password }) : null
        if (before !== null) return before
        refused(error)
        if (isDead || link === undefined) return await dead(request, reply, purpose, token)
        return again(link, error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS
          ? { status: error.statusCode ?? 401, summary: 'Please check what you entered:', fields: { [field]: 'Wrong password. Use the one you chose when you signed up' } }
          : problemOf(error, field))
      }
    })

    fastify.post(`/oidc/${purpose}/resend`, async (request, reply) => {
      const link = await actions.readLink(purpose, textOf(request, 'token'))
      const profile = profileOf(link)
      const asking = askingFor(request, link)
      const email = link?.email ?? textOf(request, 'email')
      try {
        await (purpose === 'confirm' ? actions.sendConfirmation(asking, email) : actions.forgotPassword(asking, email))
      } catch (error) {
        refused(error)
        const refusal = problemOf(error)
        return pages.refuse(reply, refusal, messagePage(brandOf(profile), 'Email not sent', refusal.summary))
      }
      return pages.send(reply, 200, messagePage(brandOf(profile), 'Check your email', 'If that address has an account that needs it, you’ll get a new email shortly.'))
    })
  }
}
