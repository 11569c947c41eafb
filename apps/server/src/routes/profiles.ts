/** `GET /auth/profiles`: what a front end needs in order to send people to sign in. Public: it contains no secrets. */
import type { AuthenticationProfile } from '@latchkey/auth-profiles'
import { provides, type IdentityProvider } from '@latchkey/identity-provider'
import type { FastifyInstance } from 'fastify'

/** The public part of a profile. */
export interface PublicProfile {
  id: string
  name: string
  type: string
  clientId: string
  domain: string
  issuer: string
  /** Where a browser signs in; `null` if the provider has no login page or does not respond. */
  loginUrl: string | null
  logoutUrl: string | null
}

export default async function profiles (fastify: FastifyInstance): Promise<void> {
  fastify.get('/auth/profiles', async () => ({ profiles: await publicProfiles(fastify) }))
}

/** The public part of every profile, in order. */
export async function publicProfiles (fastify: FastifyInstance): Promise<PublicProfile[]> {
  return await Promise.all(fastify.authProfiles.list().map(async profile => await describe(fastify, profile)))
}

/** Providers that did not respond last time. */
const unanswering = new WeakSet<IdentityProvider>()

async function describe (fastify: FastifyInstance, { id, name, type, clientId, domain, issuer }: AuthenticationProfile): Promise<PublicProfile> {
  const provider = fastify.authProfiles.provider(id)
  const pages = provides(provider, 'hostedPages') ? provider : null
  const [login, logout] = await Promise.allSettled([pages?.loginUrl(), pages?.logoutUrl()])
  const failure = [login, logout].find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
  // Anybody may call this any number of times, so an outage is logged only when it begins and ends.
  if (failure === undefined) {
    if (unanswering.delete(provider)) fastify.log.info({ profile: id }, 'The provider of a profile responds again: its login page is available')
  } else if (!unanswering.has(provider)) {
    unanswering.add(provider)
    fastify.log.warn({ err: failure.reason, profile: id }, `The provider of a profile does not respond as expected, so its login page is unavailable: make sure that this machine can reach ${issuer}, or correct the issuer of the profile`)
  }
  return { id, name, type, clientId, domain, issuer, loginUrl: urlOf(login), logoutUrl: urlOf(logout) }
}

function urlOf (result: PromiseSettledResult<string | null | undefined>): string | null {
  return result.status === 'fulfilled' ? result.value ?? null : null
}
