import { Badge, Button, Group, Select, Stack, Table, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { tokenNamesQuery } from '../../api/api-tokens'
import { ask } from '../../api/ask'
import { pageArguments, pageOf, type Place } from '../../api/page-of'
import { useChange } from '../../api/use-change'
import { Empty } from '../../components/empty'
import { TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { Moment } from '../../components/moment'
import { Pager } from '../../components/pager'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'

const RoleTokensDocument = graphql(`
  query RoleTokens($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {
    apiTokensList(filter: { roles: { some: { id: { equals: $id } } } }, first: $first, last: $last, after: $after, before: $before) {
      items { id name expiresAt revokedAt lastUsedAt }
    }
  }
`)

const TokenRolesDocument = graphql(`
  mutation TokenRoles($id: ID!, $roles: ApiTokenRolesUpdateRelationInput!) {
    apiTokenUpdate(filter: { id: $id }, data: { roles: $roles }) { id name }
  }
`)

const PAGE_SIZE = 50

/** The API tokens that have the role. */
export function TokensTab ({ roleId, roleName }: { roleId: string, roleName: string }) {
  const [place, setPlace] = useState<Place>({})
  const tokens = useQuery({ queryKey: ['roles', roleId, 'tokens', place], queryFn: async () => (await ask(RoleTokensDocument, { id: roleId, ...pageArguments(place, PAGE_SIZE) })).apiTokensList.items })
  const all = useQuery(tokenNamesQuery)
  const form = useForm({ initialValues: { token: null as string | null }, validate: { token: id => id === null ? 'Choose an API token' : null } })
  const give = useChange({ change: async (id: string) => (await ask(TokenRolesDocument, { id, roles: { connect: [{ id: roleId }] } })).apiTokenUpdate, done: ({ name }) => `Role assigned to ${name ?? 'the API token'}`, onDone: () => { form.reset() } })
  const take = useChange({ change: async (id: string) => (await ask(TokenRolesDocument, { id, roles: { disconnect: [{ id: roleId }] } })).apiTokenUpdate, done: ({ name }) => `Role removed from ${name ?? 'the API token'}` })
  const page = tokens.data && pageOf(tokens.data, place, PAGE_SIZE)
  const go = (to: Place | null) => to === null ? null : () => { setPlace(to) }
  const having = new Set(tokens.data?.map(({ id }) => id))
  const choice = all.data?.filter(({ id }) => !having.has(id)).map(({ id, name }) => ({ value: id, label: name })) ?? []
  return (
    <Stack>
      {all.data?.length === 0
        ? <Text>There are no API tokens yet. Create one under <TextLink to='/api-tokens'>API tokens</TextLink>.</Text>
        : (
          <form noValidate onSubmit={form.onSubmit(({ token }) => { if (token !== null) give.mutate(token) })}>
            <Group align='flex-start'>
              <Select label='Assign to API token' placeholder='Choose an API token' searchable data={choice} nothingFoundMessage='No other API tokens' style={{ flexGrow: 1 }} maw={360} comboboxProps={{ transitionProps: { duration: 0 } }} {...form.getInputProps('token')} />
              <Button type='submit' loading={give.isPending} mt={25}>Assign role</Button>
            </Group>
          </form>
          )}
      {give.error !== null && <Problem error={give.error} title="Couldn't assign the role" />}
      {take.error !== null && <Problem error={take.error} title="Couldn't remove the role" />}
      {tokens.isPending && <Loading />}
      {tokens.error !== null && <Problem error={tokens.error} title="Couldn't load the API tokens of the role" retry={() => { tokens.refetch() }} />}
      {page !== undefined && (page.items.length === 0
        ? <Empty title={`No API tokens have the role ${roleName}`} />
        : (
          <Table aria-label={`API tokens with the role ${roleName}`}>
            <Table.Thead><Table.Tr><Table.Th>Name</Table.Th><Table.Th className='wide-only'>Expires</Table.Th><Table.Th className='wide-only'>Last used</Table.Th><Table.Th>Actions</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {page.items.map(({ id, name, expiresAt, revokedAt, lastUsedAt }) => (
                <Table.Tr key={id}>
                  <Table.Th scope='row'>{name ?? id} {revokedAt != null && <Badge variant='outline' color='gray' c='var(--mantine-color-text)' tt='none'>Revoked</Badge>}</Table.Th>
                  <Table.Td className='wide-only'><Moment at={expiresAt} never='Never' /></Table.Td>
                  <Table.Td className='wide-only'><Moment at={lastUsedAt} never='Never' /></Table.Td>
                  <Table.Td><Button size='compact-sm' variant='default' disabled={id == null || take.isPending} aria-label={`Remove the role from ${name}`} onClick={() => { if (id != null) take.mutate(id) }}>Remove</Button></Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          ))}
      {page !== undefined && <Pager label='Pages of API tokens' onFirst={page.previous === null ? null : () => { setPlace({}) }} onPrevious={go(page.previous)} onNext={go(page.next)} />}
    </Stack>
  )
}
