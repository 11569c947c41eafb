import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../../api/ask'
import { meQuery } from '../../api/me'
import { pageArguments, pageOf, type Place } from '../../api/page-of'
import { useChange } from '../../api/use-change'
import { Empty } from '../../components/empty'
import { TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { useOwnAccessGuard } from '../../components/own-access'
import { Pager } from '../../components/pager'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'

const RoleUsersDocument = graphql(`
  query RoleUsers($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {
    role(id: $id) {
      users(sort: [{ email: ASC }], first: $first, last: $last, after: $after, before: $before) { items { id email firstName lastName } }
    }
  }
`)

const RoleGiveDocument = graphql(`
  mutation RoleGive($email: String!, $roleId: ID!) {
    userUpdate(filter: { email: $email }, data: { roles: { connect: [{ id: $roleId }] } }) { id }
  }
`)

const RoleTakeDocument = graphql(`
  mutation RoleTake($userId: ID!, $roleId: ID!) {
    userUpdate(filter: { id: $userId }, data: { roles: { disconnect: [{ id: $roleId }] } }) { id }
  }
`)

const PAGE_SIZE = 50

/** The users who have the role. */
export function UsersTab ({ roleId, roleName }: { roleId: string, roleName: string }) {
  const [place, setPlace] = useState<Place>({})
  const users = useQuery({ queryKey: ['roles', roleId, 'users', place], queryFn: async () => (await ask(RoleUsersDocument, { id: roleId, ...pageArguments(place, PAGE_SIZE) })).role?.users?.items ?? null })
  const form = useForm({ initialValues: { email: '' }, validate: { email: email => /^\S+@\S+$/.test(email.trim()) ? null : 'Enter the email of a user' } })
  const give = useChange({ change: async (email: string) => await ask(RoleGiveDocument, { email, roleId }), done: (_result, email) => `Role assigned to ${email}`, onDone: () => { form.reset() } })
  const take = useChange({ change: async ({ id }: { id: string, email: string }) => await ask(RoleTakeDocument, { userId: id, roleId }), done: (_result, { email }) => `Role removed from ${email}` })
  const me = useQuery(meQuery).data
  const { guard, confirmation } = useOwnAccessGuard()
  const remove = (user: { id: string, email: string }) => {
    if (user.id === me?.id) guard(roles => roles.filter(({ id }) => id !== roleId), () => { take.mutate(user) })
    else take.mutate(user)
  }
  const page = users.data && pageOf(users.data, place, PAGE_SIZE)
  const go = (to: Place | null) => to === null ? null : () => { setPlace(to) }
  return (
    <Stack>
      <form noValidate onSubmit={form.onSubmit(({ email }) => { give.mutate(email.trim()) })}>
        <Group align='flex-start'>
          <TextInput label='Assign to user' placeholder='Email of a user' type='email' style={{ flexGrow: 1 }} maw={360} {...form.getInputProps('email')} />
          <Button type='submit' loading={give.isPending} mt={25}>Assign role</Button>
        </Group>
      </form>
      {give.error !== null && <Problem error={give.error} title="Couldn't assign the role" />}
      {take.error !== null && <Problem error={take.error} title="Couldn't remove the role" />}
      {users.isPending && <Loading />}
      {users.error !== null && <Problem error={users.error} title="Couldn't load the users of the role" retry={() => { users.refetch() }} />}
      {users.data === null && <Text c='dimmed'>You don't have permission to see who has this role.</Text>}
      {page != null && (page.items.length === 0
        ? <Empty title={`No users have the role ${roleName}`} />
        : (
          <Table aria-label={`Users with the role ${roleName}`}>
            <Table.Thead><Table.Tr><Table.Th>Email</Table.Th><Table.Th className='wide-only'>Name</Table.Th><Table.Th>Actions</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {page.items.map(({ id, email, firstName, lastName }) => (
                <Table.Tr key={id}>
                  <Table.Td>{id == null ? email : <TextLink to='/users/$userId' params={{ userId: id }}>{email ?? id}</TextLink>}</Table.Td>
                  <Table.Td className='wide-only'>{[firstName, lastName].filter(Boolean).join(' ')}</Table.Td>
                  <Table.Td><Button size='compact-sm' variant='default' disabled={id == null || take.isPending} aria-label={`Remove the role from ${email}`} onClick={() => { if (id != null) remove({ id, email: email ?? id }) }}>Remove</Button></Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          ))}
      {page != null && <Pager label='Pages of users' onFirst={page.previous === null ? null : () => { setPlace({}) }} onPrevious={go(page.previous)} onNext={go(page.next)} />}
      {confirmation}
    </Stack>
  )
}
