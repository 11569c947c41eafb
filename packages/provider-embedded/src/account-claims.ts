import type { AccountClaims } from 'oidc-provider'
import type { Account } from './accounts.js'

/** The scopes that every first-party client gets. */
export const SCOPES = 'openid email profile offline_access'

/** The claims of an account, without those it has no value for. */
export function claimsOf (account: Account): AccountClaims {
  const name = [account.firstName, account.lastName].filter(Boolean).join(' ')
  return {
    sub: account.id,
    email: account.email,
    email_verified: account.emailVerified,
    ...(name === '' ? {} : { name }),
    ...(account.firstName === null ? {} : { given_name: account.firstName }),
    ...(account.lastName === null ? {} : { family_name: account.lastName })
  }
}
