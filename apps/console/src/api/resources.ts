import { queryOptions } from '@tanstack/react-query'
import { graphql } from '../graphql'
import type { ResourcesQuery } from '../graphql/graphql'
import { ask } from './ask'

const ResourcesDocument = graphql(`
  query Resources {
    permissionResources {
      tables { name fields { name type operators } relations { name table many } }
      functions
      variables
    }
  }
`)

type Told = ResourcesQuery['permissionResources']
export type ResourceTable = Told['tables'][number] & { list: string | null }
export type Resources = Omit<Told, 'tables'> & { tables: readonly ResourceTable[] }

/** What permissions can be about, as the server's plugins and apps declare it. */
export const resourcesQuery = queryOptions({ queryKey: ['resources'], queryFn: async (): Promise<Resources> => withLists((await ask(ResourcesDocument)).permissionResources), staleTime: 60_000 })

function withLists ({ tables, ...others }: Told): Resources {
  return { ...others, tables: tables.map(table => ({ ...table, list: `${table.name.charAt(0).toLowerCase()}${table.name.slice(1)}List` })) }
}
