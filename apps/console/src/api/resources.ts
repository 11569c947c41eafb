import { queryOptions } from '@tanstack/react-query'
import { graphql } from '../graphql'
import type { ResourcesQuery } from '../graphql/graphql'
import { ask } from './ask'

const ResourcesDocument = graphql(`
  query Resources {
    permissionResources {
      tables { name list fields { name type operators } relations { name table many } }
      functions
      variables
    }
  }
`)

export type Resources = ResourcesQuery['permissionResources']
export type ResourceTable = Resources['tables'][number]

/** The tables, functions and variables that permissions can use, as the server's plugins and the app declare them. */
export const resourcesQuery = queryOptions({ queryKey: ['resources'], queryFn: async () => (await ask(ResourcesDocument)).permissionResources, staleTime: 60_000 })
