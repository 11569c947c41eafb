/**
 * The conformance suite tests what every adapter must do, against the adapter's real counterpart. A test file calls
 * `runConformance` with a subject: how to open the adapter, how to open it with a broken counterpart, and a scenario
 * for each capability. Results go to the tap test that is passed in.
 */
export { runConformance } from './run-conformance.js'
export type { TapTest } from './tap-test.js'
export type { Credentials, NewAccount, Outage, Scenarios, Subject } from './subject.js'
