import { Button, Group, Stack, Table, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ask } from '../../api/ask'
import { pageArguments, pageOf, type Place } from '../../api/page-of'
import { useUnsaved } from '../../api/unsaved'
import { useChange } from '../../api/use-change'
import { Dialog } from '../../components/dialog'
import { Empty } from '../../components/empty'
import { TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { PageTitle } from '../../components/page-title'
import { Pager } from '../../components/pager'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import { summaryOf } from './permissions'

const RolesDocument = graphql(`
  query Roles($first: Int, $last: Int, $after: String, $before: String) {
    rolesList(first: $first, last: $last, after: $after, before: $before) { items { id name description permissions } }
  }
`)

const RoleCreateDocument = graphql(`
  mutation RoleCreate($data: RoleCreateInput!) {
    roleCreate(data: $data) { id }
  }
`)

/** Most apps have one page of roles. */
const PAGE_SIZE = 500

/** The roles: named sets of permissions. */
export function RolesPage () {
  const place = useSearch({ from: '/app/roles' })
  const navigate = useNavigate({ from: '/roles' })
  const roles = useQuery({ queryKey: ['roles', 'list', place], queryFn: async () => (await ask(RolesDocument, pageArguments(place, PAGE_SIZE))).rolesList.items })
  const page = roles.data && pageOf(roles.data, place, PAGE_SIZE)
  const go = (to: Place | null) => to === null ? null : () => { navigate({ search: to }) }
  const [creating, { open, close }] = useDisclosure(false)
  return (
    <>
      <PageTitle title='Roles' actions={<Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>New role</Button>}>
        A role is a named set of permissions. The permissions of several roles add up; anything that no role allows is denied.
      </PageTitle>
      {roles.isPending && <Loading />}
      {roles.error !== null && <Problem error={roles.error} title="Couldn't load roles" retry={() => { roles.refetch() }} />}
      {page !== undefined && (page.items.length === 0
        ? <Empty title='No roles that you have permission to see' />
        : (
          <Table aria-label='Roles'>
            <Table.Thead><Table.Tr><Table.Th>Role</Table.Th><Table.Th className='wide-only'>Description</Table.Th><Table.Th>Permissions</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {page.items.map(({ id, name, description, permissions }) => (
                <Table.Tr key={id}>
                  <Table.Th scope='row'>{id == null ? name : <TextLink to='/roles/$roleId' params={{ roleId: id }}>{name ?? id}</TextLink>}</Table.Th>
                  <Table.Td className='wide-only'>{description}</Table.Td>
                  <Table.Td>{summaryOf(permissions)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          ))}
      {page !== undefined && <Pager label='Pages of roles' onFirst={page.previous === null ? null : go({})} onPrevious={go(page.previous)} onNext={go(page.next)} />}
      <Dialog opened={creating} onClose={close} title='New role'><CreateForm onClose={close} /></Dialog>
    </>
  )
}

function CreateForm ({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate()
  const form = useForm({ initialValues: { name: '', description: '' }, validate: { name: name => name.trim() === '' ? 'Enter a name' : null } })
  const create = useChange({
    change: async ({ name, description }: typeof form.values) => (await ask(RoleCreateDocument, { data: { name: name.trim(), description: description.trim() || null } })).roleCreate,
    done: (_role, { name }) => `Role ${name.trim()} created`,
    onDone: ({ id }) => {
      onClose()
      if (id != null) navigate({ to: '/roles/$roleId', params: { roleId: id }, ignoreBlocker: true })
    }
  })
  useUnsaved(form.isDirty())
  return (
    <form noValidate onSubmit={form.onSubmit(values => { create.mutate(values) })}>
      <Stack>
        <TextInput label='Name' required data-autofocus {...form.getInputProps('name')} />
        <Textarea label='Description' description='What the role is for' autosize {...form.getInputProps('description')} />
        <p>At first, users with this role can read and update only their own record. Choose further permissions on the role's page.</p>
        {create.error !== null && <Problem error={create.error} title="Couldn't create the role" />}
        <Group justify='flex-end'>
          <Button variant='default' onClick={onClose}>Cancel</Button>
          <Button type='submit' loading={create.isPending}>Create role</Button>
        </Group>
      </Stack>
    </form>
  )
}
