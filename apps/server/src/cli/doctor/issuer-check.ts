import type { AuthenticationProfile } from '@latchkey/auth-profiles'
import { countUsableKeys, discoverKeys, fetchKeys } from '@latchkey/token-verifier'
import type { FastifyInstance } from 'fastify'
import { note, ok, problem, type Check } from './check.js'

const TIMEOUT_MS = 5000
/** The token verifier's tolerance. */
const CLOCK_TOLERANCE_S = 30
/** How far off the measurement can be: a Date header has whole seconds, and the response took time to arrive. */
const CLOCK_NOISE_S = 5

/** Checks whether tokens of a profile could be verified now, by fetching the issuer's keys as the verifier does. */
export async function checkIssuer ({ authProfiles }: FastifyInstance, profile: AuthenticationProfile): Promise<Check[]> {
  const name = `issuer of ${profile.id}`
  const { issuer } = authProfiles.provider(profile.id)
  if (issuer.keys !== undefined) {
    const keys = await issuer.keys()
    return [keys.length > 0 ? ok(name, `${profile.issuer}: built into this app, ${count(keys.length)}`) : problem(name, `${profile.issuer} has no key`, 'Start the server, which creates one')]
  }
  const dates: number[] = []
  try {
    const asking = { signal: AbortSignal.timeout(TIMEOUT_MS), onAnswer: (headers: Headers) => { dates.push(Date.parse(headers.get('date') ?? '')) } }
    const keys = await fetchKeys(issuer.jwksUri ?? await discoverKeys(profile.issuer, asking), asking)
    return [judgeKeys(name, profile, keys, countUsableKeys(keys, issuer.algorithms)), ...dates.slice(0, 1).flatMap(date => checkClock(profile, date))]
  } catch (error) {
    return [problem(name, `${profile.issuer}: ${(error as Error).message}`, 'Check the issuer\'s address, and that this machine can reach it')]
  }
}

function judgeKeys (name: string, { issuer }: AuthenticationProfile, keys: readonly unknown[], usable: number): Check {
  if (usable > 0) return ok(name, `${issuer} responds; usable keys: ${usable} of ${keys.length}`)
  return keys.length === 0
    ? problem(name, `${issuer} responds, but publishes no keys`, 'Configure the provider to sign ID tokens and to publish the key')
    : problem(name, `${issuer} responds, but publishes no usable key (${count(keys.length)} in all)`, 'Configure the provider to sign with an RSA key of 2048 bits or more, or with P-256, P-384, P-521 or Ed25519')
}

function checkClock ({ id }: AuthenticationProfile, date: number): Check[] {
  // Not every server sends a Date header.
  if (Number.isNaN(date)) return []
  const name = `clock of ${id}`
  const difference = Math.round((date - Date.now()) / 1000)
  if (Math.abs(difference) <= CLOCK_NOISE_S) return [ok(name, 'agrees with this machine')]
  const detail = `${Math.abs(difference)} seconds ${difference > 0 ? 'ahead of' : 'behind'} this machine`
  return [Math.abs(difference) <= CLOCK_TOLERANCE_S ? note(name, detail) : problem(name, detail, 'Synchronize the clock of this machine (NTP): valid tokens may be refused as expired or not yet valid')]
}

function count (keys: number): string {
  return keys === 1 ? 'one key' : `${keys} keys`
}
