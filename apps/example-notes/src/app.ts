/** Adds Latchkey to the notes: sign-in, roles and their permissions. */
import authProfiles, { type ProfileConfig } from '@latchkey/auth-profiles'
import database from '@latchkey/database'
import providerEmbedded from '@latchkey/provider-embedded'
import { createOpenIdProvider } from '@latchkey/provider-openid'
import rolePermissions from '@latchkey/role-permissions'
import tokenVerifier from '@latchkey/token-verifier'
import usersStore, { describeUsersTable, errors } from '@latchkey/users-store'
import Fastify, { type FastifyInstance } from 'fastify'
import { createNotesTable, noteFields, notes, type NotesDatabase } from './notes.js'

declare module '@latchkey/database' { interface Tables extends NotesDatabase {} }
declare module '@latchkey/users-store' { interface UserColumns { company: string | null } }

export interface Settings { databaseUrl: string, publicUrl: string, administratorEmail?: string, profile?: Partial<ProfileConfig>, logger?: boolean }

const actions = { GET: 'read', HEAD: 'read', POST: 'create', PATCH: 'update', DELETE: 'delete' } as const
const all = { allow: true }
const own = { allow: true, filter: { ownerId: { equals: '__loggedInUserId' } } }
const published = { allow: true, fields: { id: true, title: true, published: true, created: true }, filter: { published: { equals: true } } }
const roles = [
  { name: 'Guest', permissions: { data: { Notes: { read: published } } } },
  { name: 'Member', permissions: { data: { Notes: { create: all, read: own, update: own, delete: own } } } },
  { name: 'Editor', permissions: { data: { Notes: { create: all, read: all, update: all, delete: all } } } }
]

export async function createApp ({ databaseUrl, publicUrl, administratorEmail, profile, logger }: Settings): Promise<FastifyInstance> {
  const app = Fastify({ logger })
  await app.register(database, { url: databaseUrl })
  await app.register(usersStore, { columns: { company: { type: 'string' } } })
  await app.register(rolePermissions, { roles })
  await app.register(tokenVerifier)
  await app.register(providerEmbedded, { publicUrl })
  await app.register(authProfiles, {
    providers: { embedded: app.providerEmbedded.createProvider, openid: createOpenIdProvider },
    profiles: [{ id: 'notes', name: 'Notes', type: 'embedded', callbackUrls: [`${publicUrl}/signed-in`], roles: ['Guest', 'Member'], ...profile }],
    administratorEmail
  })
  const { rolePermissions: may, authProfiles: auth, usersStore: users, tokenVerifier: verifier } = app
  const usersTable = describeUsersTable(users.columns)
  may.declareTable({
    name: 'Notes',
    table: 'notes',
    fields: noteFields,
    relations: { colleagues: { kind: 'many', table: () => usersTable, from: 'company', to: 'company' } }
  })
  may.declareFunction('appointEditor')
  await createNotesTable(app.db)

  app.get('/signed-in', async ({ query }) => query)
  app.post('/sign-up', { preHandler: verifier.requireIdentity }, async ({ identity }) => {
    // Only a verified email proves that somebody belongs to the company.
    const company = identity?.emailVerified === true ? identity.email.split('@')[1] : null
    return identity && (await auth.signUp(identity, { user: { email: identity.email, company } })).user
  })
  app.put<{ Params: { email: string } }>('/editors/:email', { onRequest: auth.authenticate, preHandler: may.guard('call', { function: 'appointEditor' }) }, async ({ params }, reply) => {
    const user = await users.findByEmail(params.email)
    if (user === null) throw new errors.USERS_STORE_ERR_USER_NOT_FOUND()
    await may.assign(user.id, [may.find({ name: 'Editor' })?.id ?? ''])
    await reply.code(204).send()
  })
  await app.register(async scope => {
    scope.addHook('onRequest', auth.authenticate)
    scope.addHook('onRoute', route => { route.preHandler = may.guard(actions[route.method as keyof typeof actions], { table: 'Notes' }) })
    await scope.register(notes, {
      db: app.db,
      accessOf: ({ principal }, action) => may.authorize(principal ?? may.guest(), action, { table: 'Notes' }),
      authorOf: async ({ principal }) => {
        const user = principal?.kind === 'user' ? await users.findById(principal.userId) : null
        return { ownerId: user?.id ?? null, company: user?.company ?? null }
      }
    })
  })
  return app
}
