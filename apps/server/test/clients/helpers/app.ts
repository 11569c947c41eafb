import { databaseUrl } from '@latchkey/test-databases'
import type { Test } from 'tap'
import { startServer, type RunningServer } from '../../../dist-demo/running-server.js'
import { graphql } from '../../helpers/server-under-test.js'
import { startMailbox, type Mailbox } from './mailbox.js'

export interface App {
  server: RunningServer
  readonly endpoint: string
  readonly mailbox: Mailbox
  /** Restarts the app at the same address and on the same database, with its clock this many hours ahead. */
  hoursLater (hours: number): Promise<void>
}

export const profileId = 'default'
export const password = 'correct horse battery'

/** The reference app as a process, with one embedded profile, open to all, and a real mail server. */
export async function startApp (t: Test, { profile = {}, profiles = [] }: { profile?: object, profiles?: object[] } = {}): Promise<App> {
  const mailbox = await startMailbox(t)
  const env = { LOG_LEVEL: 'error', DATABASE_URL: await databaseUrl(t, 'sqlite') }
  const config = {
    profiles: [{ id: profileId, name: 'Acme Notes', type: 'embedded', selfSignUp: 'open', ...profile }, ...profiles],
    smtp: { url: mailbox.url, from: 'Acme Notes <no-reply@example.com>' }
  }
  const server = await startServer({ env, config })
  const app: App = {
    server,
    endpoint: `${server.url}/graphql`,
    mailbox,
    async hoursLater (hours) {
      await app.server.stop()
      app.server = await startServer({ env: { ...env, NODE_OPTIONS: clockAhead(hours) }, config, port: Number(new URL(server.url).port) })
    }
  }
  t.teardown(() => app.server.stop())
  return app
}

/** Creates an account as a front end would: sign-up, then confirmation with the emailed code and the password. */
export async function signUp ({ server, mailbox }: App, email: string): Promise<void> {
  const account = `email: ${JSON.stringify(email)}`
  const { errors } = await graphql(server, `mutation { userSignUpWithPassword(user: { ${account} }, password: "${password}") { email } }`)
  if (errors !== undefined) throw new Error(`Signing up failed: ${JSON.stringify(errors)}`)
  const code = await mailbox.code(email)
  const { data } = await graphql(server, `mutation { userVerificationEmailConfirm(data: { ${account}, code: "${code}", password: "${password}" }) { success } }`)
  if (data?.userVerificationEmailConfirm.success !== true) throw new Error('Confirming the email failed')
}

function clockAhead (hours: number): string {
  const program = `
    const ahead = ${hours} * 3_600_000, Now = Date
    globalThis.Date = class Date extends Now {
      constructor (...given) { given.length === 0 ? super(Now.now() + ahead) : super(...given) }
      static now () { return Now.now() + ahead }
    }`
  return `--import=data:text/javascript,${encodeURIComponent(program)}`
}
