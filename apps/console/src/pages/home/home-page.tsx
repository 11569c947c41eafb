import { Badge, Code, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { meQuery } from '../../api/me'
import { PageTitle } from '../../components/page-title'
import { FirstSteps } from './first-steps'

interface Allowed { allow?: boolean }

/** The signed-in user, their roles and permissions. */
export function HomePage () {
  const { data: me } = useSuspenseQuery(meQuery)
  const roles = me?.roles?.items ?? []
  const name = [me?.firstName, me?.lastName].filter(Boolean).join(' ')
  const items = me?.permissions?.items ?? []
  const tables = items.filter(({ resourceType }) => resourceType === 'data')
  const maySetUp = tables.some(({ resource, permission }) => resource === 'AuthenticationSettings' && (permission as Record<string, Allowed>).update?.allow === true)
  return (
    <>
      <PageTitle title={name === '' ? 'Welcome' : `Welcome, ${name}`}>You're signed in as {me?.email}.</PageTitle>
      {maySetUp && <FirstSteps />}
      <Stack gap='xl'>
        <section aria-labelledby='my-roles'>
          <Title order={2} size='h4' id='my-roles' mb='xs'>Your roles</Title>
          {roles.length === 0
            ? <Text>None yet. Ask an administrator to give you a role.</Text>
            : <Group gap='xs'>{roles.map(role => <Badge key={role.id} size='lg' variant='outline' color='gray' tt='none' c='var(--mantine-color-text)'>{role.name}</Badge>)}</Group>}
        </section>
        <section aria-labelledby='my-permissions'>
          <Title order={2} size='h4' id='my-permissions' mb='xs'>Your permissions</Title>
          {tables.length === 0
            ? <Text>Your roles have no permissions on tables.</Text>
            : (
              <Table>
                <Table.Thead>
                  <Table.Tr><Table.Th>Table</Table.Th><Table.Th>Allowed actions</Table.Th></Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {tables.map(({ resource, permission }) => {
                    const allowed = Object.entries(permission as Record<string, Allowed>).filter(([, { allow }]) => allow === true).map(([action]) => action)
                    return <Table.Tr key={resource}><Table.Th scope='row'><Code>{resource}</Code></Table.Th><Table.Td>{allowed.length === 0 ? 'None' : allowed.join(', ')}</Table.Td></Table.Tr>
                  })}
                </Table.Tbody>
              </Table>
              )}
        </section>
      </Stack>
    </>
  )
}
