import { capabilities, provides, type Capability, type CapabilityMap } from '../capabilities.js'
import { IDENTITY_PROVIDER_ERR_UNSUPPORTED } from '../errors.js'
import type { IdentityProvider } from '../provider.js'
import { requireCapability } from '../require-capability.js'
import { fulfilment, type Check } from './check.js'
import { checkDescription } from './check-description.js'
import { checkOutage } from './check-outages.js'
import * as passwords from './check-passwords.js'
import * as sessions from './check-sessions.js'
import { createSecretWatch } from './secret-watch.js'
import type { Outage, Scenarios, Subject } from './subject.js'
import type { TapTest } from './tap-test.js'

const checks: { readonly [Name in Capability]: Check<Name> } = { ...passwords, ...sessions }
const names = Object.keys(capabilities) as Capability[]
const outages: readonly Outage[] = ['down', 'hanging', 'garbage']

/**
 * Tries everything that the contract asks of an adapter, as subtests of `t`.
 *
 * @param t the test of the adapter's test file; closing what the subject starts is left to its teardown
 */
export async function runConformance (t: TapTest, subject: Subject): Promise<void> {
  const watch = createSecretWatch(subject.secrets ?? [])
  const dependencies = { log: watch.log }
  const provider = watch.watch(await subject.create(dependencies))

  await t.test('describes itself and its issuer', async t => { checkDescription(t, provider) })

  for (const name of names) {
    const scenario = subject.scenarios[name]
    if (provides(provider, name)) {
      await t.test(name, async t => {
        if (scenario === undefined) t.fail(`the adapter has ${name}, and the subject has no scenario for it: give one, so that it is tested`)
        else await check(t, name, provider, scenario)
      })
    } else {
      await t.test(`${name}: not provided`, async t => { checkLack(t, name, provider, scenario) })
    }
  }

  for (const kind of outages) {
    const opened = await subject.createUnavailable(kind, dependencies)
    await t.test(`counterpart ${kind}`, opened === null ? { skip: 'cannot happen to this adapter' } : {}, async t => {
      const broken = watch.watch(opened as IdentityProvider)
      await checkOutage(t, broken, subject)
      await fulfilment(t, broken.close?.() ?? Promise.resolve(), 'closes')
    })
  }

  await t.test('lets go of what it opened', async t => {
    await fulfilment(t, provider.close?.() ?? Promise.resolve(), 'closes')
  })
  await t.test('throws the coded errors of the contract only', async t => {
    t.strictSame(watch.foreignErrors(), [], 'there is no other error')
  })
  await t.test('shows no password, token, code or secret in logs, errors and addresses', async t => {
    t.strictSame(watch.leaks(), [], 'there is no secret')
  })
}

async function check<Name extends Capability> (t: TapTest, name: Name, provider: IdentityProvider & CapabilityMap[Name], scenario: NonNullable<Scenarios[Name]>): Promise<void> {
  await checks[name](t, { provider, scenario })
}

/** What an adapter lacks it lacks entirely, and whoever asks for it is told so. */
function checkLack (t: TapTest, name: Capability, provider: IdentityProvider, scenario: unknown): void {
  t.strictSame(capabilities[name].filter(method => method in provider), [], 'no part of it is there')
  t.equal(scenario, undefined, 'the subject has no scenario for it')
  const error = thrownBy(() => requireCapability(provider, name))
  t.ok(error instanceof IDENTITY_PROVIDER_ERR_UNSUPPORTED, 'requireCapability refuses it')
  t.ok((error as Error).message.includes(`"${provider.id}"`), 'and names the profile')
}

function thrownBy (call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}
