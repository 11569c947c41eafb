/**
 * The conformance suite: what every adapter must do, tried against its real counterpart. An adapter's test file
 * calls `runConformance` with a subject: how to open the adapter, how to open it with a broken counterpart, and a
 * scenario for each capability it has. It reports to the tap test that it is handed.
 */
export { runConformance } from './run-conformance.js'
export type { TapTest } from './tap-test.js'
export type { Credentials, NewAccount, Outage, Scenarios, Subject } from './subject.js'
