import { setTimeout as wait } from 'node:timers/promises'
import { capabilities, provides, type Capability, type CapabilityMap } from '../capabilities.js'
import type { IdentityProvider } from '../provider.js'
import { fulfilment, rejection } from './check.js'
import type { Scenarios, Subject } from './subject.js'
import type { TapTest } from './tap-test.js'

type Attempt<Name extends Capability> = (provider: IdentityProvider & CapabilityMap[Name], scenario: NonNullable<Scenarios[Name]>) => Promise<unknown>

const email = 'ada@example.com'
const password = 'Outage-correct-horse-1'
const code = 'outage-code-1'

/** One call of each capability. Any input will do that the adapter itself does not refuse. */
const attempts: { readonly [Name in Capability]: Attempt<Name> } = {
  passwordSignIn: async provider => await provider.signInWithPassword({ email, password }),
  passwordSignUp: async provider => await provider.signUpWithPassword({ email, password }),
  tokenRefresh: async provider => await provider.refreshTokens({ refreshToken: 'outage-refresh-token-1', email }),
  passwordRecovery: async provider => await provider.forgotPassword({ email }),
  passwordRecoveryConfirmation: async provider => await provider.confirmForgottenPassword({ email, code, newPassword: password }),
  passwordChange: async provider => await provider.changePassword({ email, oldPassword: `${password}-old`, newPassword: password, refreshToken: 'outage-refresh-token-1' }),
  emailVerification: async provider => await provider.resendVerificationEmail({ email }),
  emailConfirmation: async provider => await provider.confirmEmail({ email, code, password }),
  codeExchange: async (provider, scenario) => await provider.exchangeCode({ ...await scenario.authorization(), code }),
  hostedPages: async (provider, { redirectUri }) => await provider.loginUrl({ redirectUri }),
  accountDeletion: async provider => await provider.deleteAccount({ subject: 'user-1', email }),
  accountInvitation: async provider => await provider.inviteAccount({ email })
}

/** Asserts that calls that need the counterpart fail in time with the right error, and that the others still work. */
export async function checkOutage (t: TapTest, broken: IdentityProvider, subject: Subject): Promise<void> {
  const within = subject.unavailableWithinMs ?? 2000
  for (const capability of Object.keys(capabilities) as Capability[]) {
    const scenario = subject.scenarios[capability]
    if (!provides(broken, capability) || scenario === undefined) continue
    await t.test(capability, async t => {
      const call = attempt(capability, broken, scenario)
      if (subject.worksOffline?.includes(capability)) {
        await fulfilment(t, call, 'works without the counterpart')
        return
      }
      const error = await rejection(t, orTimeout(call, within), 'UNAVAILABLE')
      t.ok(error.cause !== undefined, 'the error keeps its cause for the log')
    })
  }
}

function attempt<Name extends Capability> (capability: Name, provider: IdentityProvider & CapabilityMap[Name], scenario: NonNullable<Scenarios[Name]>): Promise<unknown> {
  return attempts[capability](provider, scenario)
}

async function orTimeout (call: Promise<unknown>, milliseconds: number): Promise<unknown> {
  const abort = new AbortController()
  const late = wait(milliseconds, undefined, { signal: abort.signal }).then(() => { throw new Error(`no answer within ${milliseconds} ms`) })
  try {
    return await Promise.race([call, late])
  } finally {
    abort.abort()
    late.catch(() => {})
  }
}
