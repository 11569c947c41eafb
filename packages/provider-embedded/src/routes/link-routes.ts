import { errors } from '@latchkey/identity-provider'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Asking } from '../asking.js'
import { isLinkToken, type CodeOwner, type CodePurpose } from '../codes.js'
import type { Embedded } from '../embedded.js'
import { UNDER_WAY_MS } from '../just-done.js'
import { confirmLinkPage, deadLinkPage, donePage, inviteLinkPage, messagePage, resetLinkPage, type LinkPage } from '../pages/other-pages.js'
import type { Profile } from '../profiles.js'
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
  use (embedded: Embedded, asking: Asking, token: string, password: string): Promise<CodeOwner>
}

const choosingPassword = (purpose: 'reset' | 'invite', show: LinkForm['show']): LinkForm => ({
  show,
  field: 'newPassword',
  empty: 'Choose a password',
  use: async ({ actions }, asking, token, password) => await actions.resetPasswordByLink(asking, purpose, token, password)
})

const forms: Record<CodePurpose, LinkForm> = {
  confirm: {
    show: confirmLinkPage,
    field: 'password',
    empty: 'Enter your password',
    use: async ({ actions, pendingEmails }, asking, token, password) => await actions.confirmByLink(asking, token, password, await pendingEmails.find(asking.interactionUid ?? ''))
  },
  reset: choosingPassword('reset', resetLinkPage),
  invite: choosingPassword('invite', inviteLinkPage)
}

/** A request to a page behind a link. */
interface Visit {
  readonly pages: Pages
  readonly purpose: CodePurpose
  readonly token: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** The pages behind the links in emails. They work in any browser. */
export async function linkRoutes (fastify: FastifyInstance, pages: Pages): Promise<void> {
  for (const purpose of ['confirm', 'reset', 'invite'] as const) {
    // The URL contains a secret, which must stay out of the request log.
    fastify.get(`/oidc/${purpose}`, { logLevel: 'warn' }, async (request, reply) => {
      const { token } = request.query as { token?: unknown }
      return await showForm({ pages, purpose, token: typeof token === 'string' ? token : '', request, reply })
    })
    fastify.post(`/oidc/${purpose}`, async (request, reply) => await submitForm({ pages, purpose, token: textOf(request, 'token'), request, reply }))
    fastify.post(`/oidc/${purpose}/resend`, async (request, reply) => await sendAgain({ pages, purpose, token: textOf(request, 'token'), request, reply }))
  }
}

async function showForm (visit: Visit): Promise<FastifyReply> {
  const { pages, purpose, token, reply } = visit
  const link = await pages.embedded.actions.readLink(purpose, token)
  if (link === undefined || link.expired) return await showDead(visit)
  return pages.send(reply, 200, forms[purpose].show(pageFor(visit, link), link))
}

async function submitForm (visit: Visit): Promise<FastifyReply> {
  const { pages, purpose, token, request, reply } = visit
  const { actions, justDone, refused } = pages.embedded
  const { show, field, empty, use } = forms[purpose]
  const password = textOf(request, field)
  const link = await actions.readLink(purpose, token)
  const again = (link: CodeOwner, problem: Refusal) => pages.refuse(reply, problem, show({ ...pageFor(visit, link), problem }, link))
  if (password === '' && link?.expired === false) return again(link, { status: 400, summary: 'Please check what you entered:', fields: { [field]: empty } })
  try {
    const owner = await use(pages.embedded, askingFor(visit, link), token, password)
    await justDone.keepLink(token, owner)
    return showDone(visit, owner)
  } catch (error) {
    const isDead = error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CODE
    const before = isDead ? await findDoneBefore(visit, password) : undefined
    if (before !== undefined) return showDone(visit, before)
    refused(error)
    if (isDead || link === undefined) return await showDead(visit)
    return again(link, error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS
      ? { status: error.statusCode ?? 401, summary: 'Please check what you entered:', fields: { [field]: 'Wrong password. Use the one you chose when you signed up' } }
      : problemOf(error, field))
  }
}

async function sendAgain (visit: Visit): Promise<FastifyReply> {
  const { pages, purpose, token, request, reply } = visit
  const { actions, refused } = pages.embedded
  const link = await actions.readLink(purpose, token)
  const brand = brandOf(profileOf(pages, link))
  const asking = askingFor(visit, link)
  const email = link?.email ?? textOf(request, 'email')
  try {
    await (purpose === 'confirm' ? actions.sendConfirmation(asking, email) : actions.forgotPassword(asking, email))
  } catch (error) {
    refused(error)
    const refusal = problemOf(error)
    return pages.refuse(reply, refusal, messagePage(brand, 'Email not sent', refusal.summary))
  }
  return pages.send(reply, 200, messagePage(brand, 'Check your email', 'If that address has an account that needs it, you’ll get a new email shortly.'))
}

/** If a form was submitted twice: the owner of the link that the first time used, provided that the sender knows the password that the account now has. */
async function findDoneBefore (visit: Visit, password: string): Promise<CodeOwner | undefined> {
  const { actions } = visit.pages.embedded
  const owner = await findUsed(visit)
  if (owner === undefined) return undefined
  const isTheirs = await actions.authenticate(askingFor(visit, owner), owner.email, password).then(() => true, () => false)
  return isTheirs ? owner : undefined
}

/** Finds the owner of a used link, waiting for a submission that is still in progress. */
async function findUsed ({ pages: { embedded: { actions, justDone } }, purpose, token }: Visit): Promise<CodeOwner | undefined> {
  for (let looks = 1; ; looks++) {
    const owner = await justDone.findLink(token)
    if (owner !== undefined || looks === LOOKS) return owner
    // Don't wait for something that was never a link, or that is still unused.
    if (!isLinkToken(token) || await actions.readLink(purpose, token) !== undefined) return undefined
    await sleep(UNDER_WAY_MS)
  }
}

function showDone ({ pages, purpose, reply }: Visit, owner: CodeOwner): FastifyReply {
  const profile = profileOf(pages, owner)
  if (owner.interactionUid === null) return pages.send(reply, 200, donePage(brandOf(profile), { purpose }))
  // Only the sign-in's cookie tells whether this browser started it, and its path limits it to addresses below that of the sign-in.
  return reply.redirect(`/oidc/interaction/${owner.interactionUid}/done?${new URLSearchParams({ purpose, client: profile?.clientId ?? '' })}`, 303)
}

async function showDead (visit: Visit): Promise<FastifyReply> {
  const { pages, purpose, token, reply } = visit
  const link = await pages.embedded.actions.readLink(purpose, token)
  return pages.send(reply, 410, deadLinkPage(pageFor(visit, link), { purpose, known: link !== undefined }))
}

function pageFor ({ pages, token, request, reply }: Visit, owner: CodeOwner | undefined): LinkPage {
  return { brand: brandOf(profileOf(pages, owner)), csrf: pages.csrfFor(request, reply), token }
}

function askingFor ({ pages, request }: Visit, link: CodeOwner | undefined): Asking {
  const profile = profileOf(pages, link)
  return {
    profileId: profile?.id ?? '',
    brandName: brandOf(profile).brandName,
    clientId: profile?.clientId ?? '',
    interactionUid: link?.interactionUid ?? null,
    clientAddress: request.ip
  }
}

function profileOf ({ embedded: { profiles } }: Pages, owner: CodeOwner | undefined): Profile | undefined {
  return profiles.findByClientId(owner?.clientId ?? '') ?? profiles.first()
}
