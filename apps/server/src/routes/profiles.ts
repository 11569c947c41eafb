/** `GET /auth/profiles`: what a front end needs to know to send people to sign in. Public; there is no secret in it. */
import type { AuthenticationProfile } from '@latchkey/auth-profiles'
import { provides, type IdentityProvider } from '@latchkey/identity-provider'
import type { FastifyInstance } from 'fastify'

/** What of a profile everybody may know. */
export interface PublicProfile {
  id: string
  name: string
  type: string
  clientId: string
  domain: string
  issuer: string
  /** Where a browser signs in; `null` where the provider has no page, or does not answer now. */
  loginUrl: string | null
  logoutUrl: string | null
}

export default async function profiles (fastify: FastifyInstance): Promise<void> {
  fastify.get('/auth/profiles', async () => ({ profiles: await publicProfiles(fastify) }))
}

/** The public information on every profile, in order. */
export async function publicProfiles (fastify: FastifyInstance): Promise<PublicProfile[]> {
  return await Promise.all(fastify.authProfiles.list().map(async profile => await describe(fastify, profile)))
}

/** Those that did not answer when they were last asked. */
const unanswering = new WeakSet<IdentityProvider>()

async function describe (fastify: FastifyInstance, { id, name, type, clientId, domain, issuer }: AuthenticationProfile): Promise<PublicProfile> {
  const provider = fastify.authProfiles.provider(id)
  const pages = provides(provider, 'hostedPages') ? provider : null
  const [login, logout] = await Promise.allSettled([pages?.loginUrl(), pages?.logoutUrl()])
  const failure = [login, logout].find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
  // Anybody may ask, any number of times: an outage is two lines, whenever it begins and ends.
  if (failure === undefined) {
    if (unanswering.delete(provider)) fastify.log.info({ profile: id }, 'The login page of a profile is known again: its provider answers')
  } else if (!unanswering.has(provider)) {
    unanswering.add(provider)
    fastify.log.warn({ err: failure.reason, profile: id }, `The provider of a profile does not answer as it should, and nobody finds its login page until it does: have ${issuer} reachable from this machine, or correct the issuer of the profile`)
  }
  return { id, name, type, clientId, domain, issuer, loginUrl: urlOf(login), logoutUrl: urlOf(logout) }
}

function urlOf (result: PromiseSettledResult<string | null | undefined>): string | null {
  return result.status === 'fulfilled' ? result.value ?? null : null
}
