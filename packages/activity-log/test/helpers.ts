import database from '@latchkey/database'
import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import usersStore from '@latchkey/users-store'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import activityLog, { type ActivityLogOptions, type NewSignIn } from '../dist/index.js'

export interface TestApp {
  readonly app: FastifyInstance
  readonly url: string
  readonly logs: Record<string, unknown>[]
  /** A user, and a sign-in of theirs just now, by an identity that no other has. */
  signIn (name: string, fields?: Partial<NewSignIn>): Promise<NewSignIn>
}

let identities = 0

/** Seconds since 1970. */
export const now = () => Math.floor(Date.now() / 1000)

/** @param url of a database that another app has already */
export async function openApp (t: Test, dialect: Dialect, options: ActivityLogOptions = {}, url?: string): Promise<TestApp> {
  const logs: Record<string, unknown>[] = []
  const app = Fastify({ logger: { level: 'info', stream: { write: line => { logs.push(JSON.parse(line)) } } } })
  const its = url ?? await databaseUrl({ teardown: remove => t.teardown(async () => { await app.close(); await remove() }) }, dialect)
  if (url !== undefined) t.teardown(() => app.close())
  await app.register(database, { url: its })
  await app.register(usersStore)
  await app.register(activityLog, options)
  return {
    app,
    url: its,
    logs,
    signIn: async (name, fields = {}) => {
      const email = `${name}@example.com`
      const { id } = await app.usersStore.findByEmail(email) ?? await app.usersStore.create({ email })
      return { userId: id, profileId: 'main', issuer: 'https://id.example.com', subject: `${name}-${++identities}`, at: now(), ...fields }
    }
  }
}

export const rows = async ({ app }: Pick<TestApp, 'app'>) => await app.db.selectFrom('latchkey_sign_ins').selectAll().orderBy('created_at').execute()

/** From here to the end of the test it is about noon in UTC, so that no day ends between two statements. The clock goes on. */
export function atNoon (t: Test): void {
  const clock = Date.now
  const shift = (0.5 - clock() / 86_400_000 % 1) * 86_400_000
  t.intercept(Date, 'now', { value: () => clock() + Math.round(shift), configurable: true })
}

/** Waits until what is asked for is so, for a minute at most. */
export async function until (what: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!await what()) {
    if (Date.now() > end) throw new Error('It did not come to be so within a minute')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** Waits until so many sign-ins are written. */
export async function written (app: Pick<TestApp, 'app'>, count: number): Promise<void> {
  await until(async () => (await rows(app)).length >= count)
}

/** From here to the end of the test nothing is written because a second is over; gives what has it be over. */
export function holdWriting (t: Test): () => void {
  const schedule = setTimeout
  const held: (() => void)[] = []
  t.intercept(globalThis, 'setTimeout', {
    value: Object.assign((work: () => void, ms = 0, ...given: []) => {
      if (ms !== 1000) return schedule(work, ms, ...given)
      held.push(work)
      return schedule(() => {}, 60 * 60_000)
    }, schedule)
  })
  return () => { for (const work of held.splice(0)) work() }
}

/** Long enough that what was not written by then never will be. */
export const aWhile = async () => { await new Promise(resolve => setTimeout(resolve, 1300)) }
