import { Button, Code, Group, Paper, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { ask } from '../../api/ask'
import { useChange } from '../../api/use-change'
import { Confirm } from '../../components/confirm'
import { Facts } from '../../components/facts'
import { ButtonLink, TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { Moment } from '../../components/moment'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { RolesField } from '../../components/roles-field'
import { RoleBadges } from '../../components/role-badges'
import { graphql } from '../../graphql'
import type { UserQuery, UserUpdateInput } from '../../graphql/graphql'
import { Identities } from './identities'
import { SignInHistory } from './sign-in-history'

const UserDocument = graphql(`
  query User($id: ID!) {
    user(id: $id) {
      id email firstName lastName status timezone origin createdAt updatedAt
      createdBy { id email }
      roles { items { id name } }
      permissions { items { resource resourceType permission } }
      identities { issuer subject email emailVerified profileId profileName emailDiffers }
      removedIdentities { issuer subject email emailVerified profileId profileName emailDiffers }
    }
  }
`)

const UserUpdateDocument = graphql(`
  mutation UserUpdate($id: ID!, $data: UserUpdateInput!) {
    userUpdate(filter: { id: $id }, data: $data) { id }
  }
`)

const UserDeleteDocument = graphql(`
  mutation UserDelete($id: ID!) {
    userDelete(filter: { id: $id }) { success }
  }
`)

type User = NonNullable<UserQuery['user']>

const userQuery = (id: string) => queryOptions({ queryKey: ['users', 'one', id], queryFn: async () => (await ask(UserDocument, { id })).user as User })

/** One user: details, sign-in methods, roles and effective permissions. */
export function UserPage () {
  const { userId } = useParams({ from: '/app/users/$userId' })
  const user = useQuery(userQuery(userId))
  const navigate = useNavigate()
  const [deleting, { open, close }] = useDisclosure(false)
  const remove = useChange({
    change: async (id: string) => await ask(UserDeleteDocument, { id }),
    done: 'User deleted',
    onDone: () => { navigate({ to: '/users' }) }
  })
  if (user.isPending) return <Loading />
  if (user.error !== null) return <><PageTitle title='User'><TextLink to='/users'>All users</TextLink></PageTitle><Problem error={user.error} title={user.error.message === 'User not found' ? 'User not found, or you don\'t have permission to see it' : 'Couldn\'t load the user'} retry={() => { user.refetch() }} /></>
  const { data } = user
  const name = data.email ?? userId
  return (
    <>
      <PageTitle title={name} actions={<>{data.email != null && <ButtonLink variant='default' to='/why' search={{ email: data.email }}>Check access</ButtonLink>}<ButtonLink variant='default' to='/view-as' search={{ as: `user:${userId}` }}>View as</ButtonLink><ButtonLink variant='default' to='/activity' search={{ record: userId }}>Activity</ButtonLink><Button variant='default' onClick={open}>Delete</Button></>}><TextLink to='/users'>All users</TextLink></PageTitle>
      <Stack gap='xl'>
        <Facts of={[
          ['ID', <Code key='id'>{userId}</Code>],
          ['Origin', data.origin],
          ['Created', <Moment key='since' at={data.createdAt} />],
          ['Last updated', <Moment key='changed' at={data.updatedAt} />],
          ['Created by', data.createdBy?.id == null ? '–' : <TextLink key='by' to='/users/$userId' params={{ userId: data.createdBy.id }}>{data.createdBy.email ?? data.createdBy.id}</TextLink>],
          ['Roles', <RoleBadges key='roles' roles={data.roles} linked />]
        ]}
        />
        <Identities id={userId} user={data} />
        <SignInHistory userId={userId} />
        <EditForm key={data.updatedAt} user={data} id={userId} />
        <Permissions user={data} />
      </Stack>
      <Confirm opened={deleting} onClose={close} title={`Delete ${name}?`} action='Delete user' busy={remove.isPending} error={remove.error} onConfirm={() => { remove.mutate(userId) }}>
        This deletes the record with its role assignments and recorded sign-ins, and the account at the provider if the provider supports that. It can't be undone. The audit log is kept.
      </Confirm>
    </>
  )
}

function EditForm ({ user, id }: { user: User, id: string }) {
  const had = user.roles?.items.flatMap(role => role.id ?? []) ?? []
  const form = useForm({
    initialValues: { email: user.email ?? '', firstName: user.firstName ?? '', lastName: user.lastName ?? '', status: user.status ?? '', timezone: user.timezone ?? '', roles: had },
    validate: { email: email => /^\S+@\S+$/.test(email.trim()) ? null : 'Enter an email address, such as ada@example.com' }
  })
  const save = useChange({
    change: async (data: UserUpdateInput) => await ask(UserUpdateDocument, { id, data }),
    done: 'User saved'
  })
  // Sends only what has changed, since the permission may cover only some fields.
  const submit = ({ roles, ...texts }: typeof form.values) => {
    const connect = roles.filter(role => !had.includes(role)).map(role => ({ id: role }))
    const disconnect = had.filter(role => !roles.includes(role)).map(role => ({ id: role }))
    const changed = Object.entries(texts).filter(([field, text]) => text.trim() !== (user[field as keyof typeof texts] ?? ''))
    save.mutate({
      ...Object.fromEntries(changed.map(([field, text]) => [field, text.trim() || null])),
      ...connect.length + disconnect.length > 0 && { roles: { ...connect.length > 0 && { connect }, ...disconnect.length > 0 && { disconnect } } }
    })
  }
  return (
    <Paper withBorder p='md' component='section' aria-labelledby='edit-user'>
      <Title order={2} size='h4' id='edit-user' mb='sm'>Edit</Title>
      <form noValidate onSubmit={form.onSubmit(submit)}>
        <Stack maw='40rem'>
          <TextInput label='Email' type='email' required description='A verified sign-in with this email belongs to this user' {...form.getInputProps('email')} />
          <Group grow align='flex-start'>
            <TextInput label='First name' {...form.getInputProps('firstName')} />
            <TextInput label='Last name' {...form.getInputProps('lastName')} />
          </Group>
          <Group grow align='flex-start'>
            <TextInput label='Status' {...form.getInputProps('status')} />
            <TextInput label='Time zone' placeholder='Europe/Berlin' {...form.getInputProps('timezone')} />
          </Group>
          {user.roles == null ? <Text size='sm' c='dimmed'>You don't have permission to see this user's roles, so you can't change them.</Text> : <RolesField known={user.roles.items} {...form.getInputProps('roles')} />}
          {save.error !== null && <Problem error={save.error} title="Couldn't save the user" />}
          <Group><Button type='submit' loading={save.isPending} disabled={!form.isDirty()}>Save</Button></Group>
        </Stack>
      </form>
    </Paper>
  )
}

function Permissions ({ user }: { user: User }) {
  const tables = user.permissions?.items.filter(({ resourceType }) => resourceType === 'data')
  return (
    <section aria-labelledby='user-permissions'>
      <Title order={2} size='h4' id='user-permissions' mb='xs'>Effective permissions</Title>
      {tables === undefined
        ? <Text c='dimmed'>You don't have permission to see the permissions of all their roles.</Text>
        : tables.length === 0
          ? <Text>None: their roles have no permissions on tables.</Text>
          : (
            <Table>
              <Table.Thead><Table.Tr><Table.Th>Table</Table.Th><Table.Th>Allowed actions</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {tables.map(({ resource, permission }) => {
                  const allowed = Object.entries(permission as Record<string, { allow?: boolean, filter?: unknown }>).filter(([, { allow }]) => allow === true)
                  return (
                    <Table.Tr key={resource}>
                      <Table.Th scope='row'><Code>{resource}</Code></Table.Th>
                      <Table.Td>{allowed.length === 0 ? 'None' : allowed.map(([action, { filter }]) => filter === undefined ? action : `${action} (some records)`).join(', ')}</Table.Td>
                    </Table.Tr>
                  )
                })}
              </Table.Tbody>
            </Table>
            )}
    </section>
  )
}
