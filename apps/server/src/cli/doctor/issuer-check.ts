import type { AuthenticationProfile } from '@latchkey/auth-profiles'
import { countUsableKeys, discoverKeys, fetchKeys } from '@latchkey/token-verifier'
import type { FastifyInstance } from 'fastify'
import { note, ok, problem, type Check } from './check.js'

const TIMEOUT_MS = 5000
/** What the verifier tolerates. */
const CLOCK_TOLERANCE_S = 30
/** The clock of an answer is of the second, and the answer was on its way. */
const CLOCK_NOISE_S = 5

/** Whether tokens of a profile could be verified now: its issuer is asked for its keys as the verifier asks. */
export async function checkIssuer ({ authProfiles }: FastifyInstance, profile: AuthenticationProfile): Promise<Check[]> {
  const name = `issuer of ${profile.id}`
  const { issuer } = authProfiles.provider(profile.id)
  if (issuer.keys !== undefined) {
    const keys = await issuer.keys()
    return [keys.length > 0 ? ok(name, `${profile.issuer}: part of this app, ${count(keys.length)}`) : problem(name, `${profile.issuer} has no key`, 'Start the server, which makes one')]
  }
  const dates: number[] = []
  try {
    const asking = { signal: AbortSignal.timeout(TIMEOUT_MS), onAnswer: (headers: Headers) => { dates.push(Date.parse(headers.get('date') ?? '')) } }
    const keys = await fetchKeys(issuer.jwksUri ?? await discoverKeys(profile.issuer, asking), asking)
    return [judgeKeys(name, profile, keys, countUsableKeys(keys, issuer.algorithms)), ...dates.slice(0, 1).flatMap(date => checkClock(profile, date))]
  } catch (error) {
    return [problem(name, `${profile.issuer}: ${(error as Error).message}`, 'See to it that this machine reaches the issuer, and that its address is right')]
  }
}

function judgeKeys (name: string, { issuer }: AuthenticationProfile, keys: readonly unknown[], usable: number): Check {
  if (usable > 0) return ok(name, `${issuer} answers; ${usable} of ${count(keys.length)} can be used`)
  return keys.length === 0
    ? problem(name, `${issuer} answers, and publishes no key`, 'Have the provider sign ID tokens, and publish the key')
    : problem(name, `${issuer} answers, and none of its ${count(keys.length)} can be used`, 'Tokens are verified with RSA keys of 2048 bits or more, with P-256, P-384, P-521 and Ed25519: have the provider sign with one of these')
}

function checkClock ({ id }: AuthenticationProfile, date: number): Check[] {
  // Not every server says what time it has.
  if (Number.isNaN(date)) return []
  const name = `clock of ${id}`
  const difference = Math.round((date - Date.now()) / 1000)
  if (Math.abs(difference) <= CLOCK_NOISE_S) return [ok(name, 'agrees with the one of this machine')]
  const detail = `${Math.abs(difference)} seconds ${difference > 0 ? 'ahead of' : 'behind'} the one of this machine`
  return [Math.abs(difference) <= CLOCK_TOLERANCE_S ? note(name, detail) : problem(name, detail, 'Set the clock of this machine (NTP): tokens are taken for expired, or for not yet valid')]
}

function count (keys: number): string {
  return keys === 1 ? 'one key' : `${keys} keys`
}
