/** For each check of the suite there is a wrong adapter here that must fail it. */
import t from 'tap'
import type { Credentials } from '../dist/conformance/index.js'
import { errors, type TokenSet } from '../dist/index.js'
import { clientSecret, type CompleteProvider } from './helpers/tiny-provider.js'
import { failuresOf, startIssuers, type Flaw, type Given } from './helpers/tiny-subject.js'
import type { TinyWorld } from './helpers/tiny-world.js'

const issuers = await startIssuers(t)

type Case = [what: string, given: Given, failure: string]

const describes = (part: object): Given => ({ only: [], flaw: right => ({ issuer: { ...right.issuer, ...part } }) })
/** An adapter that signs in with other tokens. */
const tokens = (change: (tokens: TokenSet, world: TinyWorld) => Promise<object> | object): Given => ({
  only: ['passwordSignIn'],
  flaw: (right, world) => ({
    async signInWithPassword (credentials: Credentials) {
      const given = await right.signInWithPassword(credentials)
      return { ...given, ...await change(given, world) }
    }
  })
})
const idToken = (options: Parameters<TinyWorld['issuer']['idToken']>[0]): Given => tokens(async (given, { issuer }) => {
  const { email, sub } = JSON.parse(Buffer.from(given.idToken.split('.')[1] as string, 'base64url').toString())
  return { idToken: await issuer.idToken({ email, subject: sub, ...options }), idTokenExpiresAt: null }
})
const signIn = (flaw: (right: CompleteProvider, world: TinyWorld) => (credentials: Credentials) => unknown): Given => ({
  only: ['passwordSignIn'],
  flaw: (right, world) => ({ signInWithPassword: flaw(right, world) })
})
const signUp = (flaw: Flaw): Given => ({ only: ['passwordSignUp', 'passwordSignIn'], flaw })
/** Calls the right method, and another one instead if it fails with this code. */
const insteadOf = <Request, Answer>(code: string, right: (request: Request) => Promise<unknown>, other: (request: Request) => Answer) => async (request: Request) => {
  try {
    return await right(request)
  } catch (error) {
    if ((error as { code: string }).code !== `IDENTITY_PROVIDER_ERR_${code}`) throw error
    return await other(request)
  }
}
const otherwise = (message: string, Refusal: typeof errors.IDENTITY_PROVIDER_ERR_INVALID_CODE) => Object.assign(new Refusal(), { message })

const cases: Case[] = [
  ['no id', { only: [], flaw: () => ({ id: '' }) }, 'id is a non-empty string'],
  ['no type', { only: [], flaw: () => ({ type: '' }) }, 'type is a non-empty string'],
  ['an issuer that is no URL', describes({ issuer: 'id.example.com' }), 'issuer is a URL: https, or http on a loopback address'],
  ['an issuer by http', describes({ issuer: 'http://id.example.com' }), 'issuer is a URL: https, or http on a loopback address'],
  ['no client id', describes({ clientId: '' }), 'clientId is a non-empty string'],
  ['no audience', describes({ audiences: [] }), 'audiences is a list of non-empty strings'],
  ['an empty audience', describes({ audiences: ['web', ''] }), 'audiences is a list of non-empty strings'],
  ['keys by http', describes({ jwksUri: 'http://id.example.com/keys' }), 'jwksUri is a URL: https, or http on a loopback address'],
  ['no algorithm', describes({ algorithms: [] }), 'algorithms are asymmetric'],
  ['a symmetric algorithm', describes({ algorithms: ['RS256', 'HS256'] }), 'algorithms are asymmetric'],

  ['a capability without a scenario', { only: ['tokenRefresh'], change: subject => ({ ...subject, scenarios: {} }) },
    'the adapter has tokenRefresh, but the subject has no scenario to test it: add one'],
  ['a scenario without its capability', { only: ['tokenRefresh'], flaw: () => ({ refreshTokens: undefined }) }, 'the subject has no scenario for it'],
  ['half a capability', { only: [], flaw: ({ loginUrl }) => ({ loginUrl }) }, 'it has none of the methods'],

  ['an ID token of another issuer', idToken({ claims: { iss: 'https://evil.example' } }), 'the ID token has the described issuer'],
  ['an ID token for somebody else', idToken({ claims: { aud: ['mobile'] } }), 'the ID token has one of the described audiences'],
  ['an ID token for several without azp', idToken({ claims: { aud: ['web', 'mobile'] } }), 'an ID token with several audiences names the client in azp'],
  ['an ID token without a subject', idToken({ subject: '', email: undefined }), 'the ID token has a subject'],
  ['an expired ID token', idToken({ expiresIn: -1 }), 'the ID token has not expired'],
  ['an ID token with another algorithm', idToken({ header: { alg: 'none' } }), 'the ID token is signed with a described algorithm'],
  ['an ID token with an unknown key', idToken({ header: { kid: 'made-up' } }), 'the issuer publishes the key of the ID token'],
  ['an ID token about somebody else', idToken({ email: 'eve@example.com' }), 'the ID token has the email of the account'],
  ['no access token at all', tokens(() => ({ accessToken: undefined })), 'the access token is a non-empty string or null'],
  ['an empty refresh token', tokens(() => ({ refreshToken: '' })), 'the refresh token is a non-empty string or null'],
  ['a wrong end of the ID token', tokens(() => ({ idTokenExpiresAt: '2001-01-01T00:00:00.000Z' })), 'idTokenExpiresAt is when the ID token expires'],
  ['an access token that has ended', tokens(() => ({ accessTokenExpiresAt: '2001-01-01T00:00:00.000Z' })), 'accessTokenExpiresAt is in the future'],

  ['a sign-in with any password', signIn((right, world) => insteadOf('INVALID_CREDENTIALS', right.signInWithPassword, ({ email }) => world.tokensFor(email))),
    'refuses a wrong password and an unknown account with the same error'],
  ['a sign-in that says which accounts exist', signIn((right, { accounts }) => insteadOf('INVALID_CREDENTIALS', right.signInWithPassword, ({ email }) => {
    throw accounts.has(email) ? new errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS() : otherwise('No such account.', errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS)
  })), 'both have the same message'],
  ['a sign-in before the email is confirmed', signIn((right, world) => insteadOf('USER_NOT_CONFIRMED', right.signInWithPassword, ({ email }) => world.tokensFor(email))),
    'refused with USER_NOT_CONFIRMED'],
  ['a sign-in that skips the challenge', signIn((right, world) => insteadOf('CHALLENGE_REQUIRED', right.signInWithPassword, ({ email }) => world.tokensFor(email))),
    'refused with CHALLENGE_REQUIRED'],

  ['a sign-up without a subject', signUp(right => ({ signUpWithPassword: async (account: Credentials) => ({ ...await right.signUpWithPassword(account), subject: '' }) })), 'returns the subject'],
  ['a sign-up with another subject', signUp(right => ({ signUpWithPassword: async (account: Credentials) => ({ ...await right.signUpWithPassword(account), subject: 'other' }) })), 'its tokens have that subject'],
  ['a sign-up that does not say whether the email is verified', signUp(right => ({ signUpWithPassword: async (account: Credentials) => ({ ...await right.signUpWithPassword(account), emailVerified: undefined }) })),
    'says whether the email is verified'],
  ['a sign-up over an account', signUp(right => ({ signUpWithPassword: insteadOf('ACCOUNT_EXISTS', right.signUpWithPassword, () => ({ subject: 'x', emailVerified: true })) })), 'refused with ACCOUNT_EXISTS'],
  ['a sign-up with a weak password', signUp(right => ({ signUpWithPassword: insteadOf('WEAK_PASSWORD', right.signUpWithPassword, () => ({ subject: 'x', emailVerified: true })) })), 'refused with WEAK_PASSWORD'],
  ['a sign-up that does not say what is weak', signUp(right => ({ signUpWithPassword: insteadOf('WEAK_PASSWORD', right.signUpWithPassword, () => { throw new errors.IDENTITY_PROVIDER_ERR_WEAK_PASSWORD('') }) })), 'the message names the rule'],

  ['a refresh with the same refresh token', { only: ['tokenRefresh'], flaw: right => ({ refreshTokens: async (session: { refreshToken: string }) => ({ ...await right.refreshTokens(session), refreshToken: session.refreshToken }) }) },
    'the refresh token is a new one'],
  ['a refresh with a used or unknown refresh token', { only: ['tokenRefresh'], flaw: (right, world) => ({ refreshTokens: insteadOf('REFRESH_TOKEN_EXPIRED', right.refreshTokens, ({ email }) => world.tokensFor(email as string)) }) },
    'refuses an unknown refresh token'],
  ['a refresh without the refresh token to use next', { only: ['tokenRefresh'], change: rotating(false), flaw: right => ({ refreshTokens: async (session: { refreshToken: string }) => ({ ...await right.refreshTokens(session), refreshToken: null }) }) },
    'the refresh token is the same'],
  ['a refresh token that works once where it should again', { only: ['tokenRefresh'], change: rotating(false), flaw: right => ({ refreshTokens: async (session: { refreshToken: string }) => ({ ...await right.refreshTokens(session), refreshToken: session.refreshToken }) }) },
    'returns new tokens for the same refresh token again'],
  ['a refresh token that works again where it should once', {
    only: ['tokenRefresh'],
    flaw: (right, world) => ({
      refreshTokens: async (session: { refreshToken: string, email: string }) => {
        const answer = await right.refreshTokens(session)
        world.sessions.set(session.refreshToken, session.email)
        return answer
      }
    })
  }, 'refused with REFRESH_TOKEN_EXPIRED'],
  ["a refresh with somebody else's tokens", { only: ['tokenRefresh'], flaw: (right, world) => ({ refreshTokens: async (session: { refreshToken: string }) => await right.refreshTokens(session).then(() => world.tokensFor('eve@example.com')) }) },
    'the ID token has the email of the account'],

  ...(['passwordRecovery', 'emailVerification'] as const).flatMap((name): Case[] => {
    const [method, mails] = name === 'passwordRecovery' ? ['forgotPassword', 'recoveryMails'] as const : ['resendVerificationEmail', 'confirmationMails'] as const
    return [
      [`${name}: no mail`, { only: [name], flaw: () => ({ [method]: async () => {} }) }, 'one message was sent'],
      [`${name}: two mails`, { only: [name], flaw: (right, world) => ({ [method]: async ({ email }: { email: string }) => { world[mails].push(email); await right[method]({ email }) } }) }, 'one message was sent'],
      [`${name}: an answer that tells accounts apart`, {
        only: [name],
        flaw: (right, world) => ({
          [method]: async ({ email }: { email: string }) => {
            await right[method]({ email })
            return world.accounts.has(email) ? undefined : { sent: false }
          }
        })
      }, 'an unknown address'],
      [`${name}: an error for an unknown address`, {
        only: [name],
        flaw: (right, world) => ({
          [method]: async ({ email }: { email: string }) => {
            if (!world.accounts.has(email)) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS()
            await right[method]({ email })
          }
        })
      }, 'sends ' + (name === 'passwordRecovery' ? 'a message to an account, and behaves the same for an unknown one' : 'the message again, and behaves the same for an unknown address')]
    ]
  }),

  ['a recovery with any code', recovery((right, world) => insteadOf('INVALID_CODE', right.confirmForgottenPassword, () => {})), 'refuses a wrong code and an unknown account with the same error'],
  ['a recovery with a used code', recovery((right, world) => async request => {
    await right.confirmForgottenPassword(request)
    world.recoveryCodes.set(request.email, request.code)
  }), 'refused with INVALID_CODE'],
  ['a recovery that says which accounts exist', recovery((right, { accounts }) => insteadOf('INVALID_CODE', right.confirmForgottenPassword, ({ email }) => {
    throw accounts.has(email) ? new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE() : otherwise('No such account.', errors.IDENTITY_PROVIDER_ERR_INVALID_CODE)
  })), 'both have the same message'],
  ['a recovery with a weak password', recovery(right => insteadOf('WEAK_PASSWORD', right.confirmForgottenPassword, () => {})), 'refused with WEAK_PASSWORD'],
  ['a recovery that changes nothing', recovery((right, { recoveryCodes }) => async ({ email, code, newPassword }) => {
    await right.confirmForgottenPassword({ email: 'nobody@example.com', code: '', newPassword }).catch(() => {})
    if (recoveryCodes.get(email) !== code) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
    recoveryCodes.delete(email)
  }), 'the new password signs in'],

  ['a change with any old password', change((right, { accounts }) => insteadOf('INVALID_CREDENTIALS', right.changePassword, () => {})), 'refuses a wrong old password and an unknown account with the same error'],
  ['a change that says which accounts exist', change((right, { accounts }) => insteadOf('INVALID_CREDENTIALS', right.changePassword, ({ email }) => {
    throw accounts.has(email) ? new errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS() : otherwise('No such account.', errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS)
  })), 'both have the same message'],
  ['a change to a weak password', change(right => insteadOf('WEAK_PASSWORD', right.changePassword, () => {})), 'refused with WEAK_PASSWORD'],
  ['a change that changes nothing', change((right, { accounts }) => async request => {
    await right.changePassword(request)
    accounts.get(request.email)!.password = request.oldPassword
  }), 'the new password signs in'],
  ['a change that leaves the old password in force', {
    only: ['passwordChange', 'passwordSignIn'],
    flaw: (right, world) => {
      const old = new Map<string, string>()
      return {
        changePassword: async (request: { email: string, oldPassword: string, newPassword: string }) => {
          await right.changePassword(request)
          old.set(request.email, request.oldPassword)
        },
        signInWithPassword: insteadOf('INVALID_CREDENTIALS', right.signInWithPassword, ({ email, password }: Credentials) => {
          if (old.get(email) !== password) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS()
          return world.tokensFor(email)
        })
      }
    }
  }, 'refused with INVALID_CREDENTIALS'],

  ['a code that works twice', exchange((right, world) => async request => {
    const given = world.authorizations.get(request.code)
    try { return await right.exchangeCode(request) } finally { if (given !== undefined) world.authorizations.set(request.code, given) }
  }), 'returns tokens for a code, once'],
  ['any code', exchange((right, world) => async request => await (world.authorizations.has(request.code) ? right.exchangeCode(request) : world.tokensFor('eve@example.com'))), 'refuses an unknown code'],
  ['a code without its verifier', exchange((right, world) => async request => await right.exchangeCode({ ...request, codeVerifier: world.authorizations.get(request.code)?.codeVerifier })), 'refuses a code with the verifier of another login'],
  ['a code without its nonce', exchange((right, world) => async request => await right.exchangeCode({ ...request, nonce: world.authorizations.get(request.code)?.nonce })), 'refuses a code with the nonce of another login'],
  ['an ID token without the nonce', exchange((right, world) => async request => {
    const { email } = world.authorizations.get(request.code) ?? {}
    await right.exchangeCode(request)
    return await world.tokensFor(email as string)
  }), 'the ID token has the nonce of the request'],

  ['a login page that is no URL', pages(() => ({ loginUrl: async () => '/login' })), 'is the URL of a web page'],
  ...['client_id', 'response_type', 'redirect_uri', 'state', 'nonce', 'code_challenge', 'code_challenge_method', 'login_hint']
    .map((name): Case => [`a login page without ${name}`, pages(right => ({ loginUrl: async (request: object) => without(await right.loginUrl(request), name) })), name]),
  ['a login page without the scope openid', pages(right => ({ loginUrl: async (request: object) => without(await right.loginUrl(request), 'scope') })), 'scope contains openid'],
  ['a login page with a state of its own', pages(right => ({ loginUrl: async (request: object) => await right.loginUrl({ state: 'own', ...request }) })), 'no state'],
  ['a login page that leads anywhere', pages((right, world, dependencies) => ({ loginUrl: insteadOf('REDIRECT_NOT_ALLOWED', right.loginUrl, () => 'https://id.example.com') })), 'refused with REDIRECT_NOT_ALLOWED'],
  ['a logout page that leads nowhere', pages(right => ({ logoutUrl: async (request: object) => without(await right.logoutUrl(request) as string, 'post_logout_redirect_uri') })), 'the logout URL contains the address to return to'],
  ['a logout page that leads anywhere', pages(right => ({ logoutUrl: insteadOf('REDIRECT_NOT_ALLOWED', right.logoutUrl, () => 'https://id.example.com') })), 'refused with REDIRECT_NOT_ALLOWED'],
  ['a logout page that is no URL', pages(right => ({ logoutUrl: async (request?: { redirectUri?: string }) => request?.redirectUri === undefined ? '/logout' : await right.logoutUrl(request) })), 'is the URL of a web page'],
  ['a logout page where there should be none', { only: ['hostedPages'], change: subject => ({ ...subject, scenarios: { hostedPages: { ...subject.scenarios.hostedPages!, logoutRedirectUri: null } } }) }, 'there is no URL'],

  ['a deletion that deletes nothing', { only: ['accountDeletion'], flaw: () => ({ deleteAccount: async () => {} }) }, 'and is gone afterwards'],
  ['a deletion that fails for an account that does not exist', {
    only: ['accountDeletion'],
    flaw: (right, world) => ({
      deleteAccount: async (account: { email: string, subject: string }) => {
        if (!world.accounts.has(account.email)) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS()
        await right.deleteAccount(account)
      }
    })
  }, 'and can be deleted again'],

  ['an invitation that nobody gets', { only: ['accountInvitation'], flaw: () => ({ inviteAccount: async () => {} }) }, 'was not invited'],
  ['an invitation that works once', {
    only: ['accountInvitation'],
    flaw: (right, world) => ({
      inviteAccount: async (account: { email: string }) => {
        if (world.recoveryMails.includes(account.email)) throw new errors.IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS()
        await right.inviteAccount(account)
      }
    })
  }, 'an invitation can be sent again'],
  ['an invitation that changes the password', {
    only: ['accountInvitation', 'passwordSignIn'],
    flaw: (right, world) => ({
      inviteAccount: async (account: { email: string }) => {
        await right.inviteAccount(account)
        world.accounts.get(account.email)!.password = 'another one'
      }
    })
  }, 'and its password still signs in'],

  ['an outage reported with another code', { only: ['tokenRefresh'], outages: ['down'], flaw: right => ({ refreshTokens: insteadOf('UNAVAILABLE', right.refreshTokens, () => { throw new errors.IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED() }) }) },
    'refused with UNAVAILABLE'],
  ['an outage without its cause', { only: ['tokenRefresh'], outages: ['garbage'], flaw: right => ({ refreshTokens: insteadOf('UNAVAILABLE', right.refreshTokens, () => { throw new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE('tiny') }) }) },
    'the error keeps its cause for the log'],
  ['an outage that it waits too long for', {
    only: ['tokenRefresh'],
    outages: ['hanging'],
    change: subject => ({ ...subject, unavailableWithinMs: 1000 }),
    flaw: (right, { issuer }) => ({
      refreshTokens: async (session: { refreshToken: string }) => {
        if (issuer === issuers.hanging) await new Promise(resolve => setTimeout(resolve, 1500))
        return await right.refreshTokens(session)
      }
    })
  }, 'refused with UNAVAILABLE'],
  ['a page that needs the counterpart where it should not', {
    only: ['hostedPages'],
    outages: ['down'],
    flaw: (right, { issuer }) => ({
      loginUrl: async (request: object) => {
        if (issuer === issuers.down) throw new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE('tiny')
        return await right.loginUrl(request)
      }
    })
  }, 'works without the counterpart'],

  ['a close that fails', { only: [], flaw: () => ({ close: async () => { throw new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE('tiny') } }) }, 'closes'],
  ['an error that is not of the contract', signIn(right => insteadOf('INVALID_CREDENTIALS', right.signInWithPassword, () => { throw new Error('no') })), 'no other errors'],
  ['a coded error without a status', signIn(right => insteadOf('INVALID_CREDENTIALS', right.signInWithPassword, () => { throw Object.assign(new Error('no'), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' }) })), 'no other errors'],

  ['a password in the log', leak(({ password }, log) => { log.info({ request: { body: [password] } }, 'signing in') }), 'no secrets'],
  ['a password in the message of a log line', leak(({ password }, log) => { log.debug({}, `signing in with ${password}`) }), 'no secrets'],
  ['a password in parameters in the log', leak(({ password }, log) => { log.info({ body: new URLSearchParams({ password }) }, 'signing in') }), 'no secrets'],
  ['a password in a form in the log', leak(({ password }, log) => { log.info({ body: new URLSearchParams({ password }).toString() }, 'signing in') }), 'no secrets'],
  ['a password in an address in the log', leak(({ password }, log) => { log.info({ url: `/?password=${encodeURIComponent(password)}` }, 'signing in') }), 'no secrets'],
  ['a buffer with a password in the log', leak(({ password }, log) => { log.info({ body: Buffer.from(password) }, 'signing in') }), 'no secrets'],
  ['the client secret in a header in the log', leak((credentials, log) => { log.info({ headers: new Headers({ authorization: `Basic ${btoa(`web:${clientSecret}`)}` }) }, 'asking') }), 'no secrets'],
  ['a password in the message of an error', leak(({ password }) => { throw otherwise(`${password} is wrong`, errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS) }), 'no secrets'],
  ['a password in the cause of an error', leak(({ password }) => {
    throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS({ cause: new Error('refused', { cause: { sent: new Map([['password', password]]) } }) })
  }), 'no secrets'],
  ['an ID token in the log', {
    only: ['passwordSignIn'],
    flaw: (right, world, { log }) => ({
      signInWithPassword: async (credentials: Credentials) => {
        const given = await right.signInWithPassword(credentials)
        log.error({ url: new URL(`https://app.example.com/#${given.idToken}`) }, 'signed in')
        return given
      }
    })
  }, 'no secrets'],
  ['a code of six digits in the log', {
    only: ['passwordRecoveryConfirmation'],
    flaw: (right, world, { log }) => ({
      confirmForgottenPassword: async (request: Recovery) => {
        log.warn({ code: request.code }, 'confirming')
        await right.confirmForgottenPassword(request)
      }
    })
  }, 'no secrets'],
  ['the client secret in the address of the login page', pages(right => ({ loginUrl: async (request: object) => `${await right.loginUrl(request)}&client_secret=${clientSecret}` })), 'no secrets']
]

interface Recovery { email: string, code: string, newPassword: string }
interface Change { email: string, oldPassword: string, newPassword: string }
type Exchange = Parameters<CompleteProvider['exchangeCode']>[0]

function recovery (flaw: (right: CompleteProvider, world: TinyWorld) => (request: Recovery) => unknown): Given {
  return { only: ['passwordRecoveryConfirmation', 'passwordSignIn'], flaw: (right, world) => ({ confirmForgottenPassword: flaw(right, world) }) }
}

function change (flaw: (right: CompleteProvider, world: TinyWorld) => (request: Change) => unknown): Given {
  return { only: ['passwordChange', 'passwordSignIn'], flaw: (right, world) => ({ changePassword: flaw(right, world) }) }
}

function exchange (flaw: (right: CompleteProvider, world: TinyWorld) => (request: Exchange) => unknown): Given {
  return { only: ['codeExchange'], flaw: (right, world) => ({ exchangeCode: flaw(right, world) }) }
}

function pages (flaw: Flaw): Given {
  return { only: ['hostedPages'], flaw }
}

function leak (where: (credentials: Credentials, log: Parameters<Flaw>[2]['log']) => void): Given {
  return {
    only: ['passwordSignIn'],
    flaw: (right, world, { log }) => ({
      signInWithPassword: async (credentials: Credentials) => {
        where(credentials, log)
        return await right.signInWithPassword(credentials)
      }
    })
  }
}

function rotating (rotates: boolean): Given['change'] {
  return subject => ({ ...subject, scenarios: { tokenRefresh: { ...subject.scenarios.tokenRefresh!, rotates } } })
}

function without (url: string, name: string): string {
  const changed = new URL(url)
  changed.searchParams.delete(name)
  return changed.href
}

for (const [what, given, failure] of cases) {
  t.test(`the suite fails ${what}`, async t => {
    const failures = await failuresOf(issuers, given)
    t.ok(failures.includes(failure), failures.join('\n') || 'nothing failed')
  })
}
