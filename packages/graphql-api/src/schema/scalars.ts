import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import type { SchemaArea } from './schema-area.js'

/** A date and time as ISO 8601 text with a time zone. Results are in UTC. */
const dateTime = new GraphQLScalarType({
  name: 'DateTime',
  description: 'A date and time in ISO 8601, for example 2026-01-31T12:00:00.000Z.',
  serialize: value => value instanceof Date ? value.toISOString() : value,
  parseValue: readDateTime,
  parseLiteral: node => readDateTime(node.kind === Kind.STRING ? node.value : null)
})

/** Any JSON value. */
const json = new GraphQLScalarType({ name: 'JSON', description: 'Any JSON value.' })

/** RFC 3339. The required time zone makes the moment unambiguous. */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/i

function readDateTime (value: unknown): string {
  if (typeof value === 'string' && DATE_TIME.test(value)) {
    const time = Date.parse(value)
    if (!Number.isNaN(time)) return new Date(time).toISOString()
  }
  throw new GraphQLError('A DateTime must be ISO 8601 text with a time zone, for example 2026-01-31T12:00:00Z.')
}

export const scalars: SchemaArea = { scalars: [dateTime, json] }
