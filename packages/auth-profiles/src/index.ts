/**
 * Owns authentication profiles and what follows from them: which issuers are trusted, who may sign up with
 * which roles, and the way from a verified identity to the user and principal it acts as: `fastify.authProfiles`.
 * Adapters are handed to it as a registry.
 */
import type { AuthProfiles } from './auth-profiles.js'

export type { AuthProfiles, ResolvedUser } from './auth-profiles.js'
export type { AuthenticationProfile, ProfileConfig, ProfilePolicy, SelfSignUp } from './profile.js'

declare module 'fastify' {
  interface FastifyInstance {
    authProfiles: AuthProfiles
  }
}
