import type { Test } from 'tap'
import { startServer, type RunningServer } from '../../../dist-demo/running-server.js'
import { startMailbox, type Mailbox } from './mailbox.js'

/** An address that the clients below know their app by, and the profile that they sign in with. */
export interface App {
  readonly server: RunningServer
  readonly endpoint: string
  readonly mailbox: Mailbox
}

export const profileId = 'default'
export const password = 'correct horse battery'

/** The reference app as a process, with one embedded profile, open to all, and a real mail server. */
export async function startApp (t: Test, { profile = {}, profiles = [] }: { profile?: object, profiles?: object[] } = {}): Promise<App> {
  const mailbox = await startMailbox(t)
  const server = await startServer({
    env: { LOG_LEVEL: 'error' },
    config: {
      profiles: [{ id: profileId, name: 'Acme Notes', type: 'embedded', selfSignUp: 'open', ...profile }, ...profiles],
      smtp: { url: mailbox.url, from: 'Acme Notes <no-reply@example.com>' }
    }
  })
  t.teardown(() => server.stop())
  return { server, endpoint: `${server.url}/graphql`, mailbox }
}
