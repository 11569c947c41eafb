import type { ProviderLog } from '@latchkey/identity-provider'

/** For tests that do not check the log. */
export const silent: ProviderLog = { debug () {}, info () {}, warn () {}, error () {} }
