/** @apollo/server in express, with express-jwt and jwks-rsa as their documentation has it, and one prepared statement. */
import { ApolloServer } from '@apollo/server'
import { expressMiddleware } from '@as-integrations/express5'
import Sqlite from 'better-sqlite3'
import express from 'express'
import { expressjwt } from 'express-jwt'
import jwksRsa from 'jwks-rsa'
import { clientId } from '../inputs.js'

export async function apollo ({ issuer, jwksUri, plainSqlite }) {
  const statement = new Sqlite(plainSqlite).prepare('select id, email from users where email = ?')
  const server = new ApolloServer({
    typeDefs: 'type User { id: ID, email: String } type Query { user: User }',
    resolvers: { Query: { user: (_source, _arguments, { email }) => statement.get(email) } },
    csrfPrevention: false
  })
  await server.start()
  const app = express()
  app.disable('x-powered-by')
  app.use('/graphql',
    expressjwt({
      secret: jwksRsa.expressJwtSecret({ jwksUri, cache: true, rateLimit: true, jwksRequestsPerMinute: 10 }),
      algorithms: ['RS256'],
      issuer,
      audience: clientId
    }),
    express.json(),
    expressMiddleware(server, { context: async ({ req }) => ({ email: req.auth.email }) }))
  return app
}
