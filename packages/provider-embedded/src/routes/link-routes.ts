import { errors } from '@latchkey/identity-provider'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Asking } from '../account-actions.js'
import type { CodeOwner, CodePurpose } from '../codes.js'
import { confirmLinkPage, deadLinkPage, donePage, inviteLinkPage, messagePage, resetLinkPage, type LinkPage } from '../pages/other-pages.js'
import { problemOf, type Refusal } from './form-problem.js'
import { brandOf, textOf, type Pages } from './page-routes.js'

/** The pages that the links in emails lead to, in whatever browser they are followed. */
export async function linkRoutes (fastify: FastifyInstance, pages: Pages): Promise<void> {
  const { actions, justDone, profiles, refused } = pages.embedded

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

  /** Answers a form that was sent twice as it was the first time, to whoever knows the password that the account has got by it; gives `null` to others. */
  async function doneBefore (request: FastifyRequest, reply: FastifyReply, purpose: CodePurpose, { token, password }: { token: string, password: string }): Promise<FastifyReply | null> {
    const owner = await justDone.findLink(token)
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

  for (const [purpose, show] of [['confirm', confirmLinkPage], ['reset', resetLinkPage], ['invite', inviteLinkPage]] as const) {
    // The address holds a secret, which no request log shall have.
    fastify.get(`/oidc/${purpose}`, { logLevel: 'warn' }, async (request, reply) => {
      const { token } = request.query as { token?: unknown }
      const given = typeof token === 'string' ? token : ''
      const link = await actions.readLink(purpose, given)
      if (link === undefined || link.expired) return await dead(request, reply, purpose, given)
      return pages.send(reply, 200, show(pageFor(request, reply, link, given), link))
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

  fastify.post('/oidc/confirm', async (request, reply) => {
    const [token, password] = [textOf(request, 'token'), textOf(request, 'password')]
    const link = await actions.readLink('confirm', token)
    const tooLate = async () => await doneBefore(request, reply, 'confirm', { token, password }) ?? await dead(request, reply, 'confirm', token)
    if (link === undefined || link.expired) return await tooLate()
    const again = (problem: Refusal) =>
      pages.refuse(reply, problem, confirmLinkPage({ ...pageFor(request, reply, link, token), problem }, link))
    if (password === '') return again({ status: 400, summary: 'Please check what you typed in:', fields: { password: 'Enter your password' } })
    const pending = link.interactionUid === null ? undefined : await pages.embedded.pendingEmails.find(link.interactionUid)
    try {
      const owner = await actions.confirmByLink(askingFor(request, link), token, password, pending)
      await justDone.keepLink(token, owner)
      return done(reply, owner, 'confirm')
    } catch (error) {
      refused(error)
      if (error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CODE) return await tooLate()
      if (!(error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS)) return again(problemOf(error))
      return again({ status: error.statusCode ?? 401, summary: 'Please check what you typed in:', fields: { password: 'That is not the password that was chosen at sign-up' } })
    }
  })

  for (const [purpose, show] of [['reset', resetLinkPage], ['invite', inviteLinkPage]] as const) {
    fastify.post(`/oidc/${purpose}`, async (request, reply) => {
      const [token, password] = [textOf(request, 'token'), textOf(request, 'newPassword')]
      const asking = askingFor(request, await actions.readLink(purpose, token))
      try {
        const owner = await actions.resetPasswordByLink(asking, purpose, token, password)
        await justDone.keepLink(token, owner)
        return done(reply, owner, purpose)
      } catch (error) {
        const isUsed = error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CODE
        const before = isUsed ? await doneBefore(request, reply, purpose, { token, password }) : null
        if (before !== null) return before
        refused(error)
        if (isUsed) return await dead(request, reply, purpose, token)
        const problem = problemOf(error, 'newPassword')
        const link = await actions.readLink(purpose, token)
        if (link === undefined) return await dead(request, reply, purpose, token)
        return pages.refuse(reply, problem, show({ ...pageFor(request, reply, link, token), problem }, link))
      }
    })
  }
}
