import { Button, Code, Group, Paper, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { ask } from '../../api/ask'
import { meQuery, type OwnRole } from '../../api/me'
import { useChange } from '../../api/use-change'
import { useDraft, type Stored } from '../../api/use-draft'
import { Confirm } from '../../components/confirm'
import { Conflict } from '../../components/conflict'
import { Facts } from '../../components/facts'
import { ButtonLink, TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { Moment } from '../../components/moment'
import { useOwnAccessGuard } from '../../components/own-access'
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
  mutation UserUpdate($id: ID!, $data: UserUpdateInput!, $expectedUpdatedAt: DateTime) {
    userUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }
  }
`)

const RolePermissionsDocument = graphql(`
  query RolePermissions($ids: [ID!]) {
    rolesList(filter: { id: { in: $ids } }) { items { id permissions } }
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
    onDone: () => { navigate({ to: '/users', ignoreBlocker: true }) }
  })
  const isOwn = useQuery(meQuery).data?.id === userId
  if (user.isPending) return <Loading />
  const failed = user.error !== null && <Problem error={user.error} title={user.error.message === 'User not found' ? 'User not found, or you don\'t have permission to see it' : 'Couldn\'t load the user'} retry={() => { user.refetch() }} />
  if (user.data === undefined) return <><PageTitle title='User'><TextLink to='/users'>All users</TextLink></PageTitle>{failed}</>
  const { data } = user
  const name = data.email ?? userId
  return (
    <>
      <PageTitle title={name} actions={<>{data.email != null && <ButtonLink variant='default' to='/why' search={{ email: data.email }}>Check access</ButtonLink>}<ButtonLink variant='default' to='/view-as' search={{ as: `user:${userId}` }}>View as</ButtonLink><ButtonLink variant='default' to='/activity' search={{ record: userId }}>Activity</ButtonLink><Button variant='default' onClick={open}>Delete</Button></>}><TextLink to='/users'>All users</TextLink></PageTitle>
      <Stack gap='xl'>
        {failed}
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
        <EditForm key={userId} id={userId} user={data} isOwn={isOwn} reread={async () => (await user.refetch({ throwOnError: true })).data as User} />
        <Permissions user={data} />
      </Stack>
      <Confirm opened={deleting} onClose={close} title={`Delete ${name}?`} action='Delete user' busy={remove.isPending} error={remove.error} onConfirm={() => { remove.mutate(userId) }}>
        {isOwn && <Text size='sm' fw={600} mb='xs'>This is your own user: without it, you have no permissions in this app.</Text>}
        This deletes the record with its role assignments and recorded sign-ins, and the account at the provider if the provider supports that. It can't be undone. The audit log is kept.
      </Confirm>
    </>
  )
}

interface EditFormProps {
  id: string
  user: User
  /** Whether this is the signed-in user. */
  isOwn: boolean
  reread: () => Promise<User>
}

const valuesOf = ({ email, firstName, lastName, status, timezone, roles }: User) => ({
  email: email ?? '', firstName: firstName ?? '', lastName: lastName ?? '', status: status ?? '', timezone: timezone ?? '', roles: roles?.items.flatMap(({ id }) => id ?? []) ?? []
})
type Values = ReturnType<typeof valuesOf>
const storedOf = (user: User): Stored<Values> => ({ values: valuesOf(user), updatedAt: user.updatedAt })

function EditForm ({ id, user, isOwn, reread }: EditFormProps) {
  const stored = storedOf(user)
  const form = useForm({
    initialValues: stored.values,
    validate: { email: email => /^\S+@\S+$/.test(email.trim()) ? null : 'Enter an email address, such as ada@example.com' }
  })
  const draft = useDraft({
    form,
    stored,
    reread: async () => storedOf(await reread()),
    change: async ({ values, before, expectedUpdatedAt }) => (await ask(UserUpdateDocument, { id, data: changesOf(values, before), expectedUpdatedAt })).userUpdate.updatedAt,
    done: 'User saved'
  })
  const { guard, confirmation } = useOwnAccessGuard()
  const guarded = (save: typeof draft.save) => form.onSubmit(values => {
    if (isOwn) guard(roles => ownRolesAfter(roles, values.roles), () => { save(values) })
    else save(values)
  })
  return (
    <Paper withBorder p='md' component='section' aria-labelledby='edit-user'>
      <Title order={2} size='h4' id='edit-user' mb='sm'>Edit</Title>
      <form noValidate onSubmit={guarded(draft.save)}>
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
          {draft.error !== null && <Problem error={draft.error} title="Couldn't save the user" />}
          {draft.conflict
            ? <Conflict of='this user' draft={draft} onSave={guarded(draft.saveAnyway)} />
            : <Group><Button type='submit' loading={draft.isSaving} disabled={!draft.dirty}>Save</Button></Group>}
        </Stack>
      </form>
      {confirmation}
    </Paper>
  )
}

/** Only what has changed, since the permission may cover only some fields. */
function changesOf ({ roles, ...texts }: Values, before: Values): UserUpdateInput {
  const connect = roles.filter(role => !before.roles.includes(role)).map(role => ({ id: role }))
  const disconnect = before.roles.filter(role => !roles.includes(role)).map(role => ({ id: role }))
  const changed = Object.entries(texts).filter(([field, text]) => text.trim() !== before[field as keyof typeof texts])
  return {
    ...Object.fromEntries(changed.map(([field, text]) => [field, text.trim() || null])),
    ...connect.length + disconnect.length > 0 && { roles: { ...connect.length > 0 && { connect }, ...disconnect.length > 0 && { disconnect } } }
  }
}

/** The roles with these ids, with their permissions. */
async function ownRolesAfter (before: readonly OwnRole[], ids: readonly string[]): Promise<readonly OwnRole[]> {
  const kept = before.filter(({ id }) => ids.includes(id ?? ''))
  if (kept.length === before.length) return before
  const added = ids.filter(id => before.every(role => role.id !== id))
  return added.length === 0 ? kept : [...kept, ...(await ask(RolePermissionsDocument, { ids: added })).rolesList.items]
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
