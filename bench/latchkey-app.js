/** The complete reference app with OpenID profiles; it logs at `info` to standard output. */
import { createApp } from '../apps/server/dist-bundle/app.js'
import { clientId } from './inputs.js'

/** Members read everybody's record without the time zone, and update their own. */
const member = {
  name: 'Member',
  permissions: {
    data: {
      Users: {
        read: { allow: true, filter: { status: { equals: 'active' } }, fields: { id: true, email: true, firstName: true, lastName: true, createdAt: true } },
        update: { allow: true, filter: { id: { equals: '__loggedInUserId' } } }
      }
    }
  }
}

export async function createLatchkey ({ databaseUrl, issuer, logLevel = 'info', roles = [], profiles = [] }) {
  return await createApp({
    databaseUrl,
    profiles: [...issuer.issuers.map((name, index) => ({ id: `bench-${index}`, name: `Bench ${index}`, type: 'openid', issuer: name, clientId, selfSignUp: 'open', roles: ['Guest'] })), ...profiles],
    roles: [member, ...roles],
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://127.0.0.1',
    trustedProxies: [],
    previousSecretKeys: [],
    secretKey: 'a secret key of the benchmark and of nothing else',
    production: true,
    logLevel
  })
}
