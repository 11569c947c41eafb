import { errors } from '@latchkey/identity-provider'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Asking } from '../account-actions.js'
import { isLinkToken, type CodeOwner, type CodePurpose } from '../codes.js'
import { UNDER_WAY_MS } from '../just-done.js'
import { confirmLinkPage, deadLinkPage, donePage, inviteLinkPage, messagePage, resetLinkPage, type LinkPage } from '../pages/other-pages.js'
import { problemOf, type Refusal } from './form-problem.js'
import { brandOf, textOf, type Pages } from './page-routes.js'

/** How often the first one of two forms is looked for that were sent at once: a guess is answered in two seconds. */
const LOOKS = 4

/** The form behind a link. */
interface LinkForm {
  show (page: LinkPage, link: { email: string }): string
  /** Where the password is typed in, and what is said where none was. */
  readonly field: string
  readonly empty: string
  /** Does what the link is for, once. @throws IDENTITY_PROVIDER_ERR_INVALID_CODE where it was used, or is none; what the password is refused by */
  use (asking: Asking, token: string, password: string): Promise<CodeOwner>
}

/** The pages that the links in emails lead to, in whatever browser they are followed. */
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

  /** Whose a link was that was used, as soon as what it was used for is done. */
  async function findUsed (purpose: CodePurpose, token: string): Promise<CodeOwner | undefined> {
    for (let looks = 1; ; looks++) {
      const owner = await justDone.findLink(token)
      if (owner !== undefined || looks === LOOKS) return owner
      // Nobody waits for what was no link, or is one still.
      if (!isLinkToken(token) || await actions.readLink(purpose, token) !== undefined) return undefined
      await sleep(UNDER_WAY_MS)
    }
  }

  /** Answers a form that was sent twice as it was the first time, to whoever knows the password that the account has got by it; gives `null` to others. */
  async function doneBefore (request: FastifyRequest, reply: FastifyReply, purpose: CodePurpose, { token, password }: { token: string, password: string }): Promise<FastifyReply | null> {
    const owner = await findUsed(purpose, token)
    if (owner === undefined) return null
    const isTheirs = await actions.authenticate(askingFor(request, owner), owner.email, password).then(() => true, () => false)
    return isTheirs ? done(reply, owner, purpose) : null
  }

  function done (reply: FastifyReply, owner: CodeOwner, purpose: CodePurpose): FastifyReply {
    const profile = profileOf(owner)
    if (owner.interactionUid === null) return pages.send(reply, 200, donePage(brandOf(profile), { purpose }))
    // Whether this browser began the sign-in, its cookie says, which is for addresses below that of the sign-in.
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

    // The address holds a secret, which no request log shall have.
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
      if (password === '' && link?.expired === false) return again(link, { status: 400, summary: 'Please check what you typed in:', fields: { [field]: empty } })
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
          ? { status: error.statusCode ?? 401, summary: 'Please check what you typed in:', fields: { [field]: 'That is not the password that was chosen at sign-up' } }
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
        return pages.refuse(reply, refusal, messagePage(brandOf(profile), 'Not yet', refusal.summary))
      }
      return pages.send(reply, 200, messagePage(brandOf(profile), 'Check your email', 'If the address has an account that waits for it, a new email is on its way.'))
    })
  }
}
