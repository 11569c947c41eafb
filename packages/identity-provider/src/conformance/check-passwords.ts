/** Checks for providers that have passwords and accounts. */
import { randomUUID } from 'node:crypto'
import { provides } from '../capabilities.js'
import type { IdentityProvider } from '../provider.js'
import { fulfilment, rejection, type Check } from './check.js'
import { claimsOf, checkTokenSet } from './check-token-set.js'
import type { Credentials } from './subject.js'
import type { TapTest } from './tap-test.js'

/** Too short for any policy, and too unusual to be in a message by chance. */
const defaultWeakPassword = 'q7X$'

const unknownEmail = () => `nobody-${randomUUID()}@example.com`
const otherPassword = (password: string) => `${password}-Other-1`
/** A wrong code of the same form. */
const otherCode = (code: string) => code.replace(/^./, first => first === '1' ? '2' : '1')

export const passwordSignIn: Check<'passwordSignIn'> = async (t, { provider, scenario }) => {
  await t.test('returns tokens for the right password', async t => {
    const account = await scenario.account()
    await checkTokenSet(t, provider, await provider.signInWithPassword(account), { email: account.email })
  })
  await t.test('refuses a wrong password and an unknown account with the same error', async t => {
    const { email, password } = await scenario.account()
    const wrong = await rejection(t, provider.signInWithPassword({ email, password: otherPassword(password) }), 'INVALID_CREDENTIALS')
    const unknown = await rejection(t, provider.signInWithPassword({ email: unknownEmail(), password }), 'INVALID_CREDENTIALS')
    t.equal(unknown.message, wrong.message, 'both have the same message')
  })
  if (scenario.unconfirmedAccount !== undefined) {
    const account = await scenario.unconfirmedAccount()
    await t.test('refuses an account that is not confirmed', async t => {
      await rejection(t, provider.signInWithPassword(account), 'USER_NOT_CONFIRMED')
    })
  }
  if (scenario.challengedAccount !== undefined) {
    const account = await scenario.challengedAccount()
    await t.test('reports that another step is required', async t => {
      await rejection(t, provider.signInWithPassword(account), 'CHALLENGE_REQUIRED')
    })
  }
}

export const passwordSignUp: Check<'passwordSignUp'> = async (t, { provider, scenario }) => {
  await t.test('creates an account, once', async t => {
    const account = await scenario.newAccount()
    const made = await provider.signUpWithPassword(account)
    t.ok(typeof made.subject === 'string' && made.subject !== '', 'returns the subject')
    t.equal(typeof made.emailVerified, 'boolean', 'says whether the email is verified')
    await rejection(t, provider.signUpWithPassword(account), 'ACCOUNT_EXISTS')
    await scenario.confirm?.(account.email, account.password)
    if (scenario.confirm !== undefined && provides(provider, 'passwordSignIn')) {
      const { idToken } = await provider.signInWithPassword(account)
      t.equal(claimsOf(idToken).sub, made.subject, 'its tokens have that subject')
    }
  })
  await t.test('refuses a weak password and names the rule', async t => {
    const account = { ...await scenario.newAccount(), password: scenario.weakPassword ?? defaultWeakPassword }
    const { message } = await rejection(t, provider.signUpWithPassword(account), 'WEAK_PASSWORD')
    t.not(message, '', 'the message names the rule')
  })
}

export const passwordRecovery: Check<'passwordRecovery'> = async (t, { provider, scenario }) => {
  await t.test('sends a message to an account, and behaves the same for an unknown one', async t => {
    const { email } = await scenario.account()
    const before = await scenario.messagesTo(email)
    t.equal(await provider.forgotPassword({ email }), undefined, 'an account')
    t.equal(await scenario.messagesTo(email), before + 1, 'one message was sent')
    t.equal(await provider.forgotPassword({ email: unknownEmail() }), undefined, 'an unknown address')
  })
}

export const passwordRecoveryConfirmation: Check<'passwordRecoveryConfirmation'> = async (t, { provider, scenario }) => {
  await t.test('sets a new password with the right code, once', async t => {
    const { email, password, code } = await scenario.recovery()
    const newPassword = otherPassword(password)
    t.equal(await provider.confirmForgottenPassword({ email, code, newPassword }), undefined, 'the code is accepted')
    await checkPasswordReplaced(t, provider, { email, password }, newPassword)
    await rejection(t, provider.confirmForgottenPassword({ email, code, newPassword: otherPassword(newPassword) }), 'INVALID_CODE')
  })
  await t.test('refuses a wrong code and an unknown account with the same error', async t => {
    const { email, password, code } = await scenario.recovery()
    const newPassword = otherPassword(password)
    const wrong = await rejection(t, provider.confirmForgottenPassword({ email, code: otherCode(code), newPassword }), 'INVALID_CODE')
    const unknown = await rejection(t, provider.confirmForgottenPassword({ email: unknownEmail(), code, newPassword }), 'INVALID_CODE')
    t.equal(unknown.message, wrong.message, 'both have the same message')
  })
  await t.test('refuses a weak password', async t => {
    const { email, code } = await scenario.recovery()
    await rejection(t, provider.confirmForgottenPassword({ email, code, newPassword: scenario.weakPassword ?? defaultWeakPassword }), 'WEAK_PASSWORD')
  })
}

export const passwordChange: Check<'passwordChange'> = async (t, { provider, scenario }) => {
  await t.test('changes the password with the right old one', async t => {
    const { email, password, refreshToken } = await scenario.account()
    const newPassword = otherPassword(password)
    t.equal(await provider.changePassword({ email, oldPassword: password, newPassword, refreshToken }), undefined, 'the old password is accepted')
    await checkPasswordReplaced(t, provider, { email, password }, newPassword)
  })
  await t.test('refuses a wrong old password and an unknown account with the same error', async t => {
    const { email, password, refreshToken } = await scenario.account()
    const newPassword = otherPassword(password)
    const wrong = await rejection(t, provider.changePassword({ email, oldPassword: `${newPassword}-2`, newPassword, refreshToken }), 'INVALID_CREDENTIALS')
    const unknown = await rejection(t, provider.changePassword({ email: unknownEmail(), oldPassword: password, newPassword, refreshToken }), 'INVALID_CREDENTIALS')
    t.equal(unknown.message, wrong.message, 'both have the same message')
  })
  await t.test('refuses a weak password', async t => {
    const { email, password, refreshToken } = await scenario.account()
    await rejection(t, provider.changePassword({ email, oldPassword: password, newPassword: scenario.weakPassword ?? defaultWeakPassword, refreshToken }), 'WEAK_PASSWORD')
  })
}

export const emailVerification: Check<'emailVerification'> = async (t, { provider, scenario }) => {
  await t.test('sends the message again, and behaves the same for an unknown address', async t => {
    const { email } = await scenario.unconfirmedAccount()
    const before = await scenario.messagesTo(email)
    t.equal(await provider.resendVerificationEmail({ email }), undefined, 'an account')
    t.equal(await scenario.messagesTo(email), before + 1, 'one message was sent')
    t.equal(await provider.resendVerificationEmail({ email: unknownEmail() }), undefined, 'an unknown address')
  })
}

export const emailConfirmation: Check<'emailConfirmation'> = async (t, { provider, scenario }) => {
  await t.test('confirms an account with the right code', async t => {
    const { email, password, code } = await scenario.unconfirmedAccount()
    t.equal(await provider.confirmEmail({ email, code, password }), undefined, 'the code is accepted')
    if (provides(provider, 'passwordSignIn')) await fulfilment(t, provider.signInWithPassword({ email, password }), 'the account signs in')
  })
  await t.test('refuses a wrong code and an unknown account with the same error', async t => {
    const { email, password, code } = await scenario.unconfirmedAccount()
    const wrong = await rejection(t, provider.confirmEmail({ email, code: otherCode(code), password }), 'INVALID_CODE')
    const unknown = await rejection(t, provider.confirmEmail({ email: unknownEmail(), code, password }), 'INVALID_CODE')
    t.equal(unknown.message, wrong.message, 'both have the same message')
    if (provides(provider, 'passwordSignIn')) await rejection(t, provider.signInWithPassword({ email, password }), 'USER_NOT_CONFIRMED')
  })
}

export const accountDeletion: Check<'accountDeletion'> = async (t, { provider, scenario }) => {
  await t.test('deletes the account, and accepts one that does not exist', async t => {
    const account = await scenario.account()
    t.equal(await scenario.exists(account), true, 'the account exists before')
    await provider.deleteAccount(account)
    t.equal(await scenario.exists(account), false, 'and is gone afterwards')
    await fulfilment(t, provider.deleteAccount(account), 'and can be deleted again')
  })
}

export const accountInvitation: Check<'accountInvitation'> = async (t, { provider, scenario }) => {
  await t.test('lets the owner of an address choose a password, after one or more invitations', async t => {
    const email = await scenario.newAddress()
    await provider.inviteAccount({ email, firstName: 'Ada', lastName: null })
    await fulfilment(t, provider.inviteAccount({ email }), 'an invitation can be sent again')
    const accepted = await scenario.accept(email)
    if (provides(provider, 'passwordSignIn')) await fulfilment(t, provider.signInWithPassword(accepted), 'and the password signs in')
  })
  await t.test('does not change an existing account', async t => {
    const { email, password } = await scenario.account()
    await fulfilment(t, provider.inviteAccount({ email }), 'it can be invited')
    if (provides(provider, 'passwordSignIn')) await fulfilment(t, provider.signInWithPassword({ email, password }), 'and its password still signs in')
  })
}

/** Checks that only the new password signs in, if the adapter has password sign-in. */
async function checkPasswordReplaced (t: TapTest, provider: IdentityProvider, { email, password }: Credentials, newPassword: string): Promise<void> {
  if (!provides(provider, 'passwordSignIn')) return
  await fulfilment(t, provider.signInWithPassword({ email, password: newPassword }), 'the new password signs in')
  await rejection(t, provider.signInWithPassword({ email, password }), 'INVALID_CREDENTIALS')
}
