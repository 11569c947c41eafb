/** Floors: what remains without the part that is measured. */
import Sqlite from 'better-sqlite3'
import { createVerifier } from 'fast-jwt'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'
import { clientId, idOf } from '../inputs.js'

const schema = 'type User { id: ID, email: String } type Query { user: User, users: [User] }'

/**
 * @param user resolves to the person who sent the request
 * @param users resolves to 1,000 people, for someone who may see them
 */
async function serve (user, users) {
  const app = Fastify()
  await app.register(mercurius, { schema, resolvers: { Query: { user: (_source, _arguments, { reply }) => user(reply.request), users: (_source, _arguments, { reply }) => users(reply.request) } }, jit: 1 })
  return app
}

function verifierOf ({ issuer, publicKeyPem }, cache) {
  const verify = createVerifier({ key: publicKeyPem, algorithms: ['RS256'], allowedIss: issuer, allowedAud: clientId, requiredClaims: ['iss', 'aud', 'exp', 'sub', 'email'], cache, errorCacheTTL: -1 })
  return request => verify(request.headers.authorization.slice('Bearer '.length)).email
}

/** No authentication and no database: always answers with the first person. */
export async function floor () {
  const first = { id: idOf(0), email: 'person-0@example.com' }
  return await serve(() => first)
}

/** @param cache how many verified tokens fast-jwt remembers; false: none */
export async function sqliteFloor (input, cache) {
  const emailOf = verifierOf(input, cache)
  const database = new Sqlite(input.plainSqlite)
  const statement = database.prepare('select id, email from users where email = ?')
  const list = database.prepare("select id, email from users where first_name = 'Person' order by created_at, id limit 1000")
  return await serve(request => statement.get(emailOf(request)), request => emailOf(request) !== '' && list.all())
}

export async function postgresFloor (input, cache) {
  const emailOf = verifierOf(input, cache)
  const pool = new pg.Pool({ connectionString: input.plainPostgres, max: 10 })
  return await serve(async request => {
    const { rows } = await pool.query({ name: 'user-by-email', text: 'select id, email from users where email = $1', values: [emailOf(request)] })
    return rows[0]
  }, async request => {
    const { rows } = await pool.query({ name: 'users', text: "select id, email from users where first_name = 'Person' and $1 <> '' order by created_at, id limit 1000", values: [emailOf(request)] })
    return rows
  })
}
