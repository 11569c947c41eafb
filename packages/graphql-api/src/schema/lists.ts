import type { AnswerSize } from '../lists/answer-size.js'
import { mapList, listResolvers } from '../lists/list.js'
import type { ListArguments } from '../lists/list-arguments.js'
import { listArguments, listQueryName, listTypes } from '../lists/list-schema.js'
import { predicates } from '../lists/predicates.js'
import type { ListedName, RecordLists } from '../lists/record-lists.js'
import type { RequesterOf } from '../requester-of.js'
import type { ListedTables } from '../tables.js'
import type { VisibleRecord } from '../visible-records.js'
import { userRead } from '../visible-users.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface ListsParts {
  readonly lists: RecordLists
  readonly tables: ListedTables
  /** The tables that the app has. */
  readonly names: readonly ListedName[]
  readonly answerSize: AnswerSize
  readonly requesterOf: RequesterOf
}

/** The queries that list a table, and the types of their arguments and results. */
export function listsArea ({ lists, tables, names, answerSize, requesterOf }: ListsParts): SchemaArea {
  const listed = names.map(name => ({ name, query: listQueryName(name), response: `${tables[name].type}ListResponse` }))

  const resolvers = listResolvers(answerSize)

  function resolverOf (name: ListedName): Resolver<unknown, ListArguments> {
    return async (_source, arguments_, context) => {
      const principal = await requesterOf(context).principal()
      const list = await lists.list(principal, name, arguments_)
      return name === 'Users' ? mapList<VisibleRecord, unknown>(list, user => userRead(user, principal)) : list
    }
  }

  return {
    types: [predicates, ...names.map(name => listTypes(tables[name], tables))].join('\n'),
    queries: listed.map(({ name, query, response }) => `"The records of ${name} that you can read. Needs read on ${name}." ${query}${listArguments(tables[name])}: ${response}!`).join('\n'),
    resolvers: {
      Query: Object.fromEntries(listed.map(({ name, query }) => [query, resolverOf(name)])),
      ...Object.fromEntries(listed.map(({ response }) => [response, resolvers]))
    }
  }
}
