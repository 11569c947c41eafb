import { provides, type Capability, type CapabilityMap } from './capabilities.js'
import { IDENTITY_PROVIDER_ERR_UNSUPPORTED } from './errors.js'
import type { IdentityProvider } from './provider.js'

const descriptions: Record<Capability, string> = {
  passwordSignIn: 'signing in with a password',
  passwordSignUp: 'signing up with a password',
  tokenRefresh: 'refreshing tokens',
  passwordRecovery: 'recovering a forgotten password',
  passwordRecoveryConfirmation: 'resetting a forgotten password with a code',
  passwordChange: 'changing a password',
  emailVerification: 'resending the confirmation email',
  emailConfirmation: 'confirming an email with a code',
  codeExchange: 'exchanging an authorization code',
  hostedPages: 'signing in on a hosted login page',
  accountDeletion: 'deleting an account',
  accountInvitation: 'inviting a user'
}

/**
 * Returns the provider, typed with a capability.
 *
 * @throws IDENTITY_PROVIDER_ERR_UNSUPPORTED naming the profile and what its provider does not support
 */
export function requireCapability<Name extends Capability> (provider: IdentityProvider, capability: Name): IdentityProvider & CapabilityMap[Name] {
  if (provides(provider, capability)) return provider
  throw new IDENTITY_PROVIDER_ERR_UNSUPPORTED(provider.id, provider.type, descriptions[capability])
}
