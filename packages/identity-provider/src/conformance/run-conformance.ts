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
 * Tests everything that the contract requires of an adapter, as subtests of `t`.
 *
 * @param t a test in the adapter's test file. Its teardown must close what the subject starts.
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
        if (scenario === undefined) t.fail(`the adapter has ${name}, but the subject has no scenario to test it: add one`)
        else await check(t, name, provider, scenario)
      })
    } else {
      await t.test(`${name}: not provided`, async t => { checkLack(t, name, provider, scenario) })
    }
  }

  for (const kind of outages) {
    const opened = await subject.createUnavailable(kind, dependencies)
    await t.test(`counterpart ${kind}`, opened === null ? { skip: 'this cannot happen to this adapter' } : {}, async t => {
      const broken = watch.watch(opened as IdentityProvider)
      await checkOutage(t, broken, subject)
      await fulfilment(t, broken.close?.() ?? Promise.resolve(), 'closes')
    })
  }

  await t.test('releases what it opened', async t => {
    await fulfilment(t, provider.close?.() ?? Promise.resolve(), 'closes')
  })
  await t.test('throws only the errors of the contract', async t => {
    t.strictSame(watch.foreignErrors(), [], 'no other errors')
  })
  await t.test('shows no password, token, code or secret in logs, errors and URLs', async t => {
    t.strictSame(watch.leaks(), [], 'no secrets')
  })
}

async function check<Name extends Capability> (t: TapTest, name: Name, provider: IdentityProvider & CapabilityMap[Name], scenario: NonNullable<Scenarios[Name]>): Promise<void> {
  await checks[name](t, { provider, scenario })
}

/** Checks that an adapter has no part of a capability that it lacks, and that asking for it fails with the right error. */
function checkLack (t: TapTest, name: Capability, provider: IdentityProvider, scenario: unknown): void {
  t.strictSame(capabilities[name].filter(method => method in provider), [], 'it has none of the methods')
  t.equal(scenario, undefined, 'the subject has no scenario for it')
  const error = thrownBy(() => requireCapability(provider, name))
  t.ok(error instanceof IDENTITY_PROVIDER_ERR_UNSUPPORTED, 'requireCapability throws')
  t.ok((error as Error).message.includes(`"${provider.id}"`), 'the error names the profile')
}

function thrownBy (call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}
