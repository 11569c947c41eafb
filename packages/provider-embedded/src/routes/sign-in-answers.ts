import { errors } from '@latchkey/identity-provider'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import { errors as oidcErrors, type InteractionResults } from 'oidc-provider'
import { UNDER_WAY_MS } from '../just-done.js'
import type { SignInPage } from '../pages/sign-in-pages.js'
import { problemOf, type Refusal } from './form-problem.js'
import { answerEnded, findSignIn, type SignIn } from './hosted-sign-in.js'
import type { Pages } from './page-routes.js'

type Show = (page: SignInPage) => string

export type SignInAnswers = ReturnType<typeof answersTo>

/** The answers to one request of a hosted sign-in. */
export function answersTo (signIn: SignIn, pages: Pages, request: FastifyRequest, reply: FastifyReply) {
  const { embedded } = pages

  /** Shows a form again with what is wrong. */
  function again (show: Show, problem: Refusal): FastifyReply {
    return pages.refuse(reply, problem, show({ ...signIn.page, problem }), signIn.profile)
  }

  /** If the form was submitted twice, and the first submission used up the code: redirects to where the first one leads. Otherwise `null`. */
  async function sentBefore (): Promise<FastifyReply | null> {
    // The first submission may still be in progress.
    await sleep(UNDER_WAY_MS)
    const now = await findSignIn(pages, request, reply)
    if (now === null) return await answerEnded(pages, request, reply)
    return now.returnTo === undefined ? null : reply.redirect(now.returnTo, 303)
  }

  /** Ends the current prompt, and leads to the next one or back to the app. */
  async function finish (result: InteractionResults): Promise<FastifyReply> {
    const returnTo = await embedded.current().provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: true })
    await embedded.pendingEmails.remove(signIn.uid)
    if (!('error' in result)) await embedded.justDone.keepSignIn(signIn.uid, signIn.params)
    if (signIn.prompt === 'login') await embedded.limits.finishSignIn(request.ip)
    return reply.redirect(returnTo, 303)
  }

  return {
    show: (page: string) => pages.send(reply, 200, page, signIn.profile),
    goTo: (path: string) => reply.redirect(`${signIn.page.base}${path}`, 303),
    again,
    sentBefore,
    finish,
    finishAs: async (accountId: string) => await finish({ login: { accountId, remember: true } }),

    /**
     * Does what a form asks for, or shows the form again.
     *
     * @param mistakes by field; `false` if there is none
     */
    async submit (show: Show, mistakes: Record<string, string | false>, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
      const fields = Object.entries(mistakes).filter((entry): entry is [string, string] => entry[1] !== false)
      if (fields.length > 0) return again(show, { status: 400, summary: 'Please check what you entered:', fields: Object.fromEntries(fields) })
      try {
        return await work()
      } catch (error) {
        if (error instanceof oidcErrors.SessionNotFound) return await answerEnded(pages, request, reply)
        const before = error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CODE ? await sentBefore() : null
        if (before !== null) return before
        embedded.refused(error)
        return again(show, problemOf(error))
      }
    }
  }
}
