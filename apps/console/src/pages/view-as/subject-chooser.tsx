import { Button, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, type ViewedAs } from '../../api/ask'
import { Problem } from '../../components/problem'
import { RolesField } from '../../components/roles-field'
import { TokenField } from '../../components/token-field'
import { graphql } from '../../graphql'

const UsersToChooseDocument = graphql(`
  query UsersToChoose($filter: UserFilter) {
    usersList(filter: $filter, sort: [{ email: ASC }], first: 8) { items { id email } }
  }
`)

type Kind = 'roles' | 'user' | 'apiToken' | 'guest'

interface SubjectChooserProps {
  /** The accessible name of the form. */
  label: string
  /** The label of the button. */
  action: string
  onChoose: (subject: ViewedAs) => void
}

/** Lets people choose a subject: roles, a user, an API token or a guest. */
export function SubjectChooser ({ label, action, onChoose }: SubjectChooserProps) {
  const form = useForm({
    initialValues: { kind: 'roles' as Kind, roles: [] as string[], user: '', apiToken: '' },
    validate: {
      roles: (roles, { kind }) => kind === 'roles' && roles.length === 0 ? 'Choose at least one role' : null,
      user: (id, { kind }) => kind === 'user' && id === '' ? 'Choose a user' : null,
      apiToken: (id, { kind }) => kind === 'apiToken' && id === '' ? 'Choose an API token' : null
    }
  })
  const { kind } = form.values
  const choose = ({ kind, roles, user, apiToken }: typeof form.values) => {
    onChoose(kind === 'roles' ? { roleIds: roles } : kind === 'user' ? { userId: user } : kind === 'apiToken' ? { apiTokenId: apiToken } : { guest: true })
  }
  return (
    <form noValidate onSubmit={form.onSubmit(choose)} aria-label={label}>
      <Stack gap='sm' maw='40rem'>
        <SegmentedControl
          aria-label={label} fullWidth value={kind} onChange={value => { form.setFieldValue('kind', value as Kind) }} transitionDuration={0}
          data={[{ value: 'roles', label: 'Roles' }, { value: 'user', label: 'User' }, { value: 'apiToken', label: 'API token' }, { value: 'guest', label: 'Guest' }]}
        />
        {kind === 'roles' && <RolesField description='A hypothetical signed-in user with these roles' {...form.getInputProps('roles')} />}
        {kind === 'user' && <UserField {...form.getInputProps('user')} />}
        {kind === 'apiToken' && <TokenField {...form.getInputProps('apiToken')} />}
        {kind === 'guest' && <Text size='sm'>A guest is anyone who sends a request without a token.</Text>}
        <Group><Button type='submit'>{action}</Button></Group>
      </Stack>
    </form>
  )
}

/** Lets people choose a user by searching emails. */
function UserField ({ value = '', onChange, error }: { value?: string, onChange: (id: string) => void, error?: React.ReactNode }) {
  const [typed, setTyped] = useState('')
  const [part] = useDebouncedValue(typed.trim(), 250)
  const users = useQuery({
    queryKey: ['users', 'to choose', part],
    queryFn: async () => (await ask(UsersToChooseDocument, { filter: part === '' ? null : { email: { contains: part } } })).usersList.items,
    placeholderData: keepPreviousData
  })
  return (
    <>
      <Select
        label='User' description='Search by email' searchable searchValue={typed} onSearchChange={setTyped} filter={({ options }) => options} error={error}
        data={users.data?.flatMap(({ id, email }) => id == null ? [] : [{ value: id, label: email ?? id }]) ?? []} nothingFoundMessage={users.error === null ? 'No matching users' : undefined}
        value={value === '' ? null : value} onChange={id => { onChange(id ?? '') }} comboboxProps={{ transitionProps: { duration: 0 } }}
      />
      {users.error !== null && <Problem error={users.error} title="Couldn't load users" retry={() => { users.refetch() }} />}
    </>
  )
}
