import { randomUUID } from 'node:crypto'
import { startTestIssuer, type TestIssuer } from '@latchkey/test-issuer'
import { Test, type TestOpts } from 'tap'
import { runConformance, type Scenarios, type Subject } from '../../dist/conformance/index.js'
import type { Outage } from '../../dist/conformance/subject.js'
import { capabilities, type Capability, type ProviderDependencies } from '../../dist/index.js'
import { authorize, callback, clientSecret, createTinyProvider, type CompleteProvider } from './tiny-provider.js'
import { createTinyWorld, type TinyWorld } from './tiny-world.js'

/** What is wrong with an adapter. */
export type Flaw = (right: CompleteProvider, world: TinyWorld, dependencies: ProviderDependencies) => object

export interface Given {
  /** The capabilities of the adapter, which the subject has scenarios for. Default: all. */
  readonly only?: readonly Capability[]
  /** The outages that can happen to it. Default: none. */
  readonly outages?: readonly Outage[]
  readonly flaw?: Flaw
  readonly change?: (subject: Subject) => Subject
}

/** An issuer in each state, started once, because generating keys takes time. */
export interface Issuers extends Record<Outage | 'well', TestIssuer> {}

export async function startIssuers (t: { teardown (handler: () => unknown): unknown }): Promise<Issuers> {
  const start = async (how: Outage | 'well') => {
    const issuer = await startTestIssuer({ algorithm: 'ES256' })
    t.teardown(() => issuer.close())
    await issuer.behave(how)
    return issuer
  }
  return { well: await start('well'), down: await start('down'), hanging: await start('hanging'), garbage: await start('garbage') }
}

/** Runs the suite in a separate test. @returns the messages of the failed assertions */
export async function failuresOf (issuers: Issuers, given: Given): Promise<string[]> {
  const inner = new Test({ name: 'inner' } as TestOpts)
  const output = inner.concat()
  await runConformance(inner, tinySubject(issuers, given))
  inner.end()
  return [...String(await output).matchAll(/^ *not ok \d+ - (.*?)(?: # time=.*)?$/gm)].map(([, message]) => message as string)
}

export function tinySubject (issuers: Issuers, { only = Object.keys(capabilities) as Capability[], outages = [], flaw = () => ({}), change = subject => subject }: Given): Subject {
  const world = createTinyWorld(issuers.well)
  const open = (world: TinyWorld, dependencies: ProviderDependencies) => {
    const right = createTinyProvider(world, dependencies)
    const methods = only.flatMap(name => capabilities[name] as readonly string[])
    const chosen = Object.entries(right).filter(([name]) => ['id', 'type', 'issuer', 'close', ...methods].includes(name))
    return { ...Object.fromEntries(chosen) as unknown as CompleteProvider, ...flaw(right, world, dependencies) }
  }
  return change({
    create: dependencies => open(world, dependencies),
    createUnavailable: (kind, dependencies) => outages.includes(kind) ? open(createTinyWorld(issuers[kind], 100), dependencies) : null,
    // A busy machine is not the adapter's fault.
    unavailableWithinMs: 30_000,
    worksOffline: ['hostedPages'],
    secrets: [clientSecret],
    scenarios: Object.fromEntries(Object.entries(scenariosOf(world)).filter(([name]) => only.includes(name as Capability)))
  })
}

function scenariosOf (world: TinyWorld): Required<Scenarios> {
  const messagesTo = (mails: string[]) => (email: string) => mails.filter(to => to === email).length
  return {
    passwordSignIn: {
      account: () => world.addAccount(),
      unconfirmedAccount: () => world.addAccount({ confirmed: false }),
      challengedAccount: () => world.addAccount({ challenged: true })
    },
    passwordSignUp: {
      newAccount: () => ({ email: `new-${randomUUID()}@example.com`, password: `Horse-${randomUUID()}` }),
      confirm: email => { world.accounts.get(email)!.confirmed = true }
    },
    tokenRefresh: {
      session: async () => {
        const { email } = world.addAccount()
        const { refreshToken } = await world.tokensFor(email)
        return { email, refreshToken: refreshToken as string }
      },
      rotates: true
    },
    passwordRecovery: { account: () => world.addAccount(), messagesTo: messagesTo(world.recoveryMails) },
    passwordRecoveryConfirmation: {
      recovery: () => {
        const { email, password } = world.addAccount()
        world.recoveryCodes.set(email, '123456')
        return { email, password, code: '123456' }
      }
    },
    passwordChange: { account: () => world.addAccount() },
    emailVerification: { unconfirmedAccount: () => world.addAccount({ confirmed: false }), messagesTo: messagesTo(world.confirmationMails) },
    emailConfirmation: {
      unconfirmedAccount: () => {
        const { email, password } = world.addAccount({ confirmed: false })
        world.confirmationCodes.set(email, '123456')
        return { email, password, code: '123456' }
      }
    },
    codeExchange: { authorization: () => authorize(world) },
    hostedPages: { redirectUri: callback, logoutRedirectUri: callback, foreignRedirectUri: 'https://evil.example/' },
    accountDeletion: { account: () => world.addAccount(), exists: ({ email }) => world.accounts.has(email) },
    accountInvitation: {
      account: () => world.addAccount(),
      newAddress: () => `new-${randomUUID()}@example.com`,
      accept: email => {
        const account = world.accounts.get(email)
        if (account === undefined || !world.recoveryMails.includes(email)) throw new Error('was not invited')
        account.confirmed = true
        return account
      }
    }
  }
}
