import type { Capability, CapabilityMap } from '../capabilities.js'
import type { IdentityProvider } from '../provider.js'
import type { Scenarios } from './subject.js'
import type { TapTest } from './tap-test.js'

/** Tests one capability of an adapter. */
export type Check<Name extends Capability> = (t: TapTest, given: {
  readonly provider: IdentityProvider & CapabilityMap[Name]
  readonly scenario: NonNullable<Scenarios[Name]>
}) => Promise<void>

/** Asserts that a call succeeds, and shows the error if it does not. */
export async function fulfilment (t: TapTest, call: Promise<unknown>, message: string): Promise<void> {
  const error = await call.then(() => undefined, (error: unknown) => error)
  t.equal(error, undefined, message)
}

/**
 * Asserts that a call fails with a code of the contract, and returns the error.
 *
 * @param code without `IDENTITY_PROVIDER_ERR_`
 */
export async function rejection (t: TapTest, call: Promise<unknown>, code: string): Promise<Error> {
  const error = await call.then(() => new Error('nothing was thrown'), (error: Error) => error)
  t.equal((error as { code?: string }).code, `IDENTITY_PROVIDER_ERR_${code}`, `refused with ${code}`)
  return error
}
