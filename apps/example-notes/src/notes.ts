/**
 * The original app: a REST API for notes in its own table. It knows nothing about users, tokens or roles.
 * Two options let the app that registers it decide which notes a request may act on, and who owns a new one.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sql, type Expression, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import { randomUUID } from 'node:crypto'

export interface NotesDatabase {
  notes: {
    id: string
    owner_id: string | null
    company: string | null
    title: string
    text: string
    /** 0 or 1, since SQLite has no booleans; PostgreSQL accepts both as booleans. */
    published: number | boolean
    /** ISO 8601 in UTC. */
    created: string
  }
}

export type NoteAction = 'create' | 'read' | 'update' | 'delete'

/** Restricts notes and their fields by conditions on the table `notes`; `null` means no condition. */
export interface NoteAccess {
  rowFilter (): Expression<SqlBool> | null
  fieldFilter (field: string): Expression<SqlBool> | null
}

export interface NotesOptions {
  db: Kysely<NotesDatabase>
  /** Default: every note with all its fields. */
  accessOf?: (request: FastifyRequest, action: NoteAction) => NoteAccess
  /** Default: no owner and no company. */
  authorOf?: (request: FastifyRequest) => Promise<{ ownerId: string | null, company: string | null }>
}

/** The fields of a note in JSON, with their columns. */
export const noteFields = {
  id: { column: 'id', type: 'id' },
  ownerId: { column: 'owner_id', type: 'id' },
  company: { column: 'company', type: 'string' },
  title: { column: 'title', type: 'string' },
  text: { column: 'text', type: 'string' },
  published: { column: 'published', type: 'boolean' },
  created: { column: 'created', type: 'date' }
} as const
type Field = keyof typeof noteFields
const fields = Object.keys(noteFields) as Field[]

const everything: NoteAccess = { rowFilter: () => null, fieldFilter: () => null }
const nobody = { ownerId: null, company: null }

/** PostgreSQL rejects NUL characters. */
const text = { type: 'string', pattern: '^[^\\u0000]*$' } as const
const content = { title: { ...text, minLength: 1, maxLength: 200 }, text: { ...text, maxLength: 10_000 }, published: { type: 'boolean' } } as const
const newNote = { type: 'object', required: ['title', 'text'], additionalProperties: false, properties: content } as const
const noteChange = { type: 'object', minProperties: 1, additionalProperties: false, properties: content } as const
const search = { type: 'object', properties: { search: { ...text, maxLength: 100 } } } as const
const byId = { type: 'object', properties: { id: { ...text, maxLength: 100 } } } as const

interface Content { title: string, text: string, published?: boolean }
interface ById { Params: { id: string } }

export async function createNotesTable (db: Kysely<NotesDatabase>): Promise<void> {
  let table = db.schema.createTable('notes').ifNotExists().addColumn('published', 'boolean', column => column.notNull())
  for (const name of ['title', 'text', 'created'] as const) table = table.addColumn(name, 'text', column => column.notNull())
  await table.addColumn('id', 'text', column => column.primaryKey()).addColumn('owner_id', 'text').addColumn('company', 'text').execute()
}

export async function notes (fastify: FastifyInstance, { db, accessOf = () => everything, authorOf = async () => nobody }: NotesOptions): Promise<void> {
  fastify.get<{ Querystring: { search?: string } }>('/notes', { schema: { querystring: search } }, async request => {
    const access = accessOf(request, 'read')
    const shown = (field: Field) => visible(field, access)
    let query = db.selectFrom('notes')
      .select(fields.map(field => shown(field).as(field)))
      .where(allOf(access.rowFilter()))
      .orderBy(shown('created'), order => order.desc().nullsLast()).limit(100)
    if (request.query.search !== undefined) query = query.where(sql<SqlBool>`lower(${shown('text')}) like lower(${containing(request.query.search)}) escape '!'`)
    return (await query.execute()).map(note => ({ ...note, published: note.published === null ? null : Boolean(note.published) }))
  })

  fastify.post<{ Body: Content }>('/notes', { schema: { body: newNote } }, async (request, reply) => {
    const access = accessOf(request, 'create')
    const { ownerId, company } = await authorOf(request)
    const note = { id: randomUUID(), owner_id: ownerId, company, created: new Date().toISOString(), ...request.body, published: Number(request.body.published ?? false) }
    await db.transaction().execute(async transaction => {
      await transaction.insertInto('notes').values(note).execute()
      const admitted = await transaction.selectFrom('notes').select('id').where('id', '=', note.id).where(maySet(request.body, access)).executeTakeFirst()
      if (admitted === undefined) throw Object.assign(new Error('You are not allowed to create this note'), { statusCode: 403 })
    })
    return await reply.code(201).send({ id: note.id })
  })

  fastify.patch<ById & { Body: Partial<Content> }>('/notes/:id', { schema: { params: byId, body: noteChange } }, async (request, reply) => {
    const { numUpdatedRows } = await db.updateTable('notes').set(toChange(request.body))
      .where('id', '=', request.params.id).where(maySet(request.body, accessOf(request, 'update'))).executeTakeFirst()
    return await done(reply, numUpdatedRows)
  })

  fastify.delete<ById>('/notes/:id', { schema: { params: byId } }, async (request, reply) => {
    const { numDeletedRows } = await db.deleteFrom('notes')
      .where('id', '=', request.params.id).where(allOf(accessOf(request, 'delete').rowFilter())).executeTakeFirst()
    return await done(reply, numDeletedRows)
  })
}

/** A field as the request may see it, for output, searching and sorting; null where the request may not read it. */
function visible (field: Field, access: NoteAccess): RawBuilder<unknown> {
  const column = sql.ref(`notes.${noteFields[field].column}`)
  const condition = access.fieldFilter(field)
  return condition === null ? column : sql`case when ${condition} then ${column} end`
}

/** The condition that the request may act on a note and set these fields of it. */
function maySet (content: Partial<Content>, access: NoteAccess): Expression<SqlBool> {
  return allOf(access.rowFilter(), ...Object.keys(content).map(field => access.fieldFilter(field)))
}

function allOf (...conditions: (Expression<SqlBool> | null)[]): Expression<SqlBool> {
  return sql`${sql.join([sql`1 = 1`, ...conditions.filter(condition => condition !== null)], sql` and `)}`
}

function toChange ({ published, ...texts }: Partial<Content>) {
  return published === undefined ? texts : { ...texts, published: Number(published) }
}

function containing (text: string): string {
  return `%${text.replace(/[!%_]/g, '!$&')}%`
}

async function done (reply: FastifyReply, affected: bigint): Promise<FastifyReply> {
  return affected > 0n ? await reply.code(204).send() : await reply.code(404).send({ statusCode: 404, error: 'Not Found', message: 'There is no such note' })
}
