import { queryOptions } from '@tanstack/react-query'

/** The public part of a profile, from `GET /auth/profiles`. */
export interface PublicProfile {
  id: string
  name: string
  type: string
  clientId: string
  domain: string
  issuer: string
  loginUrl: string | null
  logoutUrl: string | null
}

export const publicProfilesQuery = queryOptions({
  queryKey: ['public profiles'],
  queryFn: async (): Promise<PublicProfile[]> => {
    const response = await fetch('/auth/profiles')
    if (!response.ok) throw new Error(`The server returned an unexpected response (status ${response.status}).`)
    return (await response.json() as { profiles: PublicProfile[] }).profiles
  }
})
