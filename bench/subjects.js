/** The subjects, in the order of the table. Each is loaded in its own process. */

const userQuery = '{ user { id email } }'
const listQuery = '{ users { id email } }'

/**
 * @typedef {object} Subject
 * @property {string} name as the table has it
 * @property {string} query the request
 * @property {string} [list] the request for 1,000 records
 * @property {boolean} [severalIssuers] whether it accepts tokens of all issuers
 * @property {boolean} [postgres] whether it needs PostgreSQL
 * @property {boolean} [anybody] whether it always answers with the first person
 * @property {(input: object) => Promise<object>} start returns a Fastify or Express app
 */

/** @type {Record<string, Subject>} */
export const subjects = {
  floor: {
    name: 'Fastify + Mercurius alone',
    query: userQuery,
    anybody: true,
    start: async () => (await import('./subjects/floors.js')).floor()
  },
  sqliteFloorCached: {
    name: 'with fast-jwt (cache 1,000) and one SQLite statement',
    query: userQuery,
    list: listQuery,
    start: async input => (await import('./subjects/floors.js')).sqliteFloor(input, 1000)
  },
  sqliteFloor: {
    name: 'with fast-jwt (no cache) and one SQLite statement',
    query: userQuery,
    start: async input => (await import('./subjects/floors.js')).sqliteFloor(input, false)
  },
  latchkeySqlite: {
    name: 'Latchkey on SQLite',
    query: userQuery,
    list: '{ usersList(first: 1000) { items { id email timezone } } }',
    severalIssuers: true,
    start: async input => (await import('./subjects/latchkey.js')).latchkey(input, input.latchkeySqlite)
  },
  latchkeyPostgres: {
    name: 'Latchkey on PostgreSQL',
    query: userQuery,
    list: '{ usersList(first: 1000) { items { id email timezone } } }',
    severalIssuers: true,
    postgres: true,
    start: async input => (await import('./subjects/latchkey.js')).latchkey(input, input.latchkeyPostgres)
  },
  postgresFloor: {
    name: 'Fastify + Mercurius + fast-jwt (cache 1,000) + one pg query',
    query: userQuery,
    list: listQuery,
    postgres: true,
    start: async input => (await import('./subjects/floors.js')).postgresFloor(input, 1000)
  },
  documentedCached: {
    name: '@fastify/jwt (cache 1,000) + get-jwks + mercurius-auth + kysely',
    query: userQuery,
    list: listQuery,
    severalIssuers: true,
    start: async input => (await import('./subjects/documented.js')).documented(input, 1000)
  },
  documented: {
    name: 'the same without the cache, as documented',
    query: userQuery,
    severalIssuers: true,
    start: async input => (await import('./subjects/documented.js')).documented(input, false)
  },
  platformatic: {
    name: '@platformatic/db 2.61 (the last for Node 20) with its authorization',
    query: listQuery,
    severalIssuers: true,
    start: async input => (await import('./subjects/platformatic.js')).platformatic(input)
  },
  apollo: {
    name: '@apollo/server + express + express-jwt + jwks-rsa',
    query: userQuery,
    start: async input => (await import('./subjects/apollo.js')).apollo(input)
  }
}
