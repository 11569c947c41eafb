import type { ProviderLog } from '@latchkey/identity-provider'

/** For tests that are not about what is logged. */
export const silent: ProviderLog = { debug () {}, info () {}, warn () {}, error () {} }
