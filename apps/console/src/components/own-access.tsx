import { List, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { hasFullAccess, meQuery, type OwnRole } from '../api/me'
import { Confirm } from './confirm'

/** The pages by the tables that they need `read` on. One of the tables is enough. */
const pages: readonly (readonly [page: string, ...tables: string[]])[] = [
  ['Users', 'Users'], ['Authentication', 'AuthenticationProfiles', 'AuthenticationSettings'], ['Roles', 'Roles'], ['API tokens', 'ApiTokens'], ['Activity', 'AuditEvents', 'SignIns']
]

/** What matters here of the permissions of a role. */
interface Permissions {
  readonly data?: Readonly<Record<string, { readonly read?: { readonly allow?: boolean } }>>
}

/** What a user can no longer do after a change of their roles. */
interface Loss {
  readonly fullAccess: boolean
  /** The pages that they can no longer use. */
  readonly pages: readonly string[]
}

/** The roles of the signed-in user after a change, from those before. */
type RolesChange = (roles: readonly OwnRole[]) => readonly OwnRole[] | Promise<readonly OwnRole[]>

/** Asks for confirmation before a change by which the signed-in user would lose full access, or pages of the console. */
export function useOwnAccessGuard () {
  const roles = useOwnRoles()
  const [asked, setAsked] = useState<{ loss: Loss, proceed: () => void } | null>(null)
  const guard = async (change: RolesChange, proceed: () => void) => {
    const loss = lossOf(roles, await change(roles))
    if (loss === null) proceed()
    else setAsked({ loss, proceed })
  }
  const close = () => { setAsked(null) }
  const confirmation = (
    <Confirm opened={asked !== null} onClose={close} title='Take away your own access?' action='Take away my access' busy={false} error={null} onConfirm={() => { asked?.proceed(); close() }}>
      {asked !== null && <LossText loss={asked.loss} />}
    </Confirm>
  )
  return { guard, confirmation }
}

/** What the signed-in user would lose if a role were deleted, or nothing. */
export function OwnLossByDeletion ({ roleId }: { roleId: string }) {
  const roles = useOwnRoles()
  const loss = lossOf(roles, roles.filter(({ id }) => id !== roleId))
  return loss !== null && <LossText loss={loss} />
}

function useOwnRoles (): readonly OwnRole[] {
  return useQuery(meQuery).data?.roles?.items ?? []
}

function LossText ({ loss }: { loss: Loss }) {
  return (
    <>
      <Text size='sm' fw={600}>This changes what you can do yourself:</Text>
      <List size='sm' my='xs'>
        {loss.fullAccess && <List.Item>You'll no longer have full access.</List.Item>}
        {loss.pages.length > 0 && <List.Item>You'll no longer be able to use these pages: {loss.pages.join(', ')}.</List.Item>}
      </List>
      <Text size='sm'>You can't undo this. Only another administrator can give the access back to you.</Text>
    </>
  )
}

function lossOf (before: readonly OwnRole[], after: readonly OwnRole[]): Loss | null {
  const fullAccess = hasFullAccess(before) && !hasFullAccess(after)
  const lost = pages.filter(([, ...tables]) => tables.some(table => reads(before, table)) && !tables.some(table => reads(after, table))).map(([page]) => page)
  return fullAccess || lost.length > 0 ? { fullAccess, pages: fullAccess ? [...lost, 'View as'] : lost } : null
}

function reads (roles: readonly OwnRole[], table: string): boolean {
  return hasFullAccess(roles) || roles.some(({ permissions }) => (permissions as Permissions | null)?.data?.[table]?.read?.allow === true)
}
