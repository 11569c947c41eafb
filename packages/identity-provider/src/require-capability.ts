import { provides, type Capability, type CapabilityMap } from './capabilities.js'
import { IDENTITY_PROVIDER_ERR_UNSUPPORTED } from './errors.js'
import type { IdentityProvider } from './provider.js'

const descriptions: Record<Capability, string> = {
  passwordSignIn: 'sign in with a password',
  passwordSignUp: 'sign up with a password',
  tokenRefresh: 'refresh tokens',
  passwordRecovery: 'recover a forgotten password',
  passwordRecoveryConfirmation: 'set a forgotten password by a code',
  passwordChange: 'change a password',
  emailVerification: 'send the confirmation email again',
  emailConfirmation: 'confirm an email by a code',
  codeExchange: 'exchange an authorization code',
  hostedPages: 'show a login page',
  accountDeletion: 'delete an account',
  accountInvitation: 'invite somebody'
}

/**
 * The provider, typed with a capability.
 *
 * @throws IDENTITY_PROVIDER_ERR_UNSUPPORTED naming the profile and what its provider cannot do
 */
export function requireCapability<Name extends Capability> (provider: IdentityProvider, capability: Name): IdentityProvider & CapabilityMap[Name] {
  if (provides(provider, capability)) return provider
  throw new IDENTITY_PROVIDER_ERR_UNSUPPORTED(provider.id, provider.type, descriptions[capability])
}
