import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import { startTestIssuer, type TestIssuer } from '@latchkey/test-issuer'
import type { Test } from 'tap'
import { startServer, type RunningServer } from '../../dist-demo/running-server.js'

export interface GraphQLAnswer {
  status: number
  data: Record<string, any> | null // eslint-disable-line @typescript-eslint/no-explicit-any -- as the test asked for it
  errors?: { message: string, code: string, path?: (string | number)[], details?: unknown, extensions: Record<string, unknown> }[]
}

/** A profile for an issuer, with the id `p0`, `p1`, … */
export function profileFor (issuer: TestIssuer, index = 0, policy: object = {}): object {
  return { id: `p${index}`, name: `Profile ${index}`, type: 'openid', issuer: issuer.issuer, clientId: issuer.clientId, ...policy }
}

export interface ServerUnderTest {
  server: RunningServer
  issuer: TestIssuer
  /** Ends the process with the given signal and starts it again on the same database and port. */
  restart (signal: NodeJS.Signals): Promise<void>
}

/** Runs the built reference app as a process on a fresh database, with one profile. */
export async function serverUnderTest (t: Test, dialect: Dialect, env: Record<string, string> = {}): Promise<ServerUnderTest> {
  const issuer = await startTestIssuer()
  const url = env.DATABASE_URL ?? await databaseUrl(t, dialect)
  const options = { config: { profiles: [profileFor(issuer)] }, env: { LOG_LEVEL: 'error', ...env, DATABASE_URL: url } }
  const started: ServerUnderTest = {
    server: await startServer(options),
    issuer,
    restart: async signal => {
      const port = Number(new URL(started.server.url).port)
      started.server.process.kill(signal)
      await started.server.stop()
      started.server = await startServer({ ...options, port })
    }
  }
  t.teardown(async () => { await started.server.stop(); await issuer.close() })
  return started
}

/** Sends one GraphQL operation. */
export async function graphql (server: RunningServer, query: string, token?: string): Promise<GraphQLAnswer> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query })
  })
  return { status: response.status, ...await response.json() as Omit<GraphQLAnswer, 'status'> }
}

export function signUpMutation (email: string): string {
  return `mutation { userSignUpWithToken(user: { email: ${JSON.stringify(email)} }) { id email } }`
}
