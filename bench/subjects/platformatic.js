/** @platformatic/db 2.61, the last for Node 20, with its authorization: everybody finds the record that has the token's email. */
import { buildServer } from '@platformatic/db'
import { clientId } from '../inputs.js'

export async function platformatic ({ issuers, plainSqlite }) {
  return await buildServer({
    server: { hostname: '127.0.0.1', port: 0, logger: { level: 'error' } },
    db: { connectionString: `sqlite://${plainSqlite}`, graphql: true, openapi: false },
    metrics: false,
    watch: false,
    authorization: {
      jwt: {
        jwks: { issuersWhitelist: issuers },
        verify: { algorithms: ['RS256'], allowedIss: issuers, allowedAud: clientId, requiredClaims: ['iss', 'aud', 'exp', 'sub', 'email'] }
      },
      anonymousRole: 'anonymous',
      roleKey: 'role',
      rules: [
        { role: 'anonymous', entity: 'user', find: { checks: { email: 'email' } }, save: false, delete: false }
      ]
    }
  })
}
