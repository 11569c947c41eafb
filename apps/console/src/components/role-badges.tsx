import { Badge, Group, Text } from '@mantine/core'
import { TextLink } from './links'

interface RoleBadgesProps {
  roles: { items: readonly { id?: string | null, name?: string | null }[] } | null | undefined
  linked?: boolean
}

/** Shows long names in full. */
const whole = { root: { height: 'auto', maxWidth: 'none' }, label: { whiteSpace: 'normal', overflow: 'visible' } } as const

/** The roles of a user or API token, as far as the signed-in user can read them. */
export function RoleBadges ({ roles, linked = false }: RoleBadgesProps) {
  if (roles == null) return <Text size='sm' c='dimmed'>No permission to view</Text>
  if (roles.items.length === 0) return <>None</>
  return (
    <Group gap={6}>
      {roles.items.map(({ id, name }) => linked && id != null
        ? <TextLink key={id} to='/roles/$roleId' params={{ roleId: id }}>{name}</TextLink>
        : <Badge key={id} variant='outline' color='gray' tt='none' c='var(--mantine-color-text)' styles={whole}>{name}</Badge>)}
    </Group>
  )
}
