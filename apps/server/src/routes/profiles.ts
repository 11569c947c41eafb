/** `GET /auth/profiles`: what a front end needs to know to send people to sign in. Public; there is no secret in it. */
import type { AuthenticationProfile } from '@latchkey/auth-profiles'
import { provides } from '@latchkey/identity-provider'
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

async function describe (fastify: FastifyInstance, { id, name, type, clientId, domain, issuer }: AuthenticationProfile): Promise<PublicProfile> {
  const provider = fastify.authProfiles.provider(id)
  const pages = provides(provider, 'hostedPages') ? provider : null
  const ask = async (url: Promise<string | null> | undefined) => {
    try {
      return await url ?? null
    } catch (error) {
      // An adapter whose provider does not answer has said so itself.
      if ((error as { code?: string }).code !== 'IDENTITY_PROVIDER_ERR_UNAVAILABLE') fastify.log.warn({ err: error, profile: id }, 'The addresses of the login page are not known')
      return null
    }
  }
  const [loginUrl, logoutUrl] = await Promise.all([ask(pages?.loginUrl()), ask(pages?.logoutUrl())])
  return { id, name, type, clientId, domain, issuer, loginUrl, logoutUrl }
}
