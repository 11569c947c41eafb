import { Button, Group, Paper, Stack, Tabs, Text, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useBlocker, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../../api/ask'
import { useChange } from '../../api/use-change'
import { Confirm } from '../../components/confirm'
import { Dialog } from '../../components/dialog'
import { ButtonLink, TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { RoleQuery, RoleUpdateInput } from '../../graphql/graphql'
import { DataTab } from './data-tab'
import { FunctionsTab } from './functions-tab'
import { JsonTab } from './json-tab'
import { actions, type Action, type Permissions } from './permissions'
import { TokensTab } from './tokens-tab'
import { UsersTab } from './users-tab'

const RoleDocument = graphql(`
  query Role($id: ID!) {
    role(id: $id) { id name description permissions updatedAt }
  }
`)

const RoleUpdateDocument = graphql(`
  mutation RoleUpdate($id: ID!, $data: RoleUpdateInput!) {
    roleUpdate(filter: { id: $id }, data: $data) { id }
  }
`)

const RoleDeleteDocument = graphql(`
  mutation RoleDelete($id: ID!) {
    roleDelete(filter: { id: $id }) { success }
  }
`)

type Role = NonNullable<RoleQuery['role']>

const roleQuery = (id: string) => queryOptions({ queryKey: ['roles', 'one', id], queryFn: async () => (await ask(RoleDocument, { id })).role as Role })

/** One role: its permissions, and the users and API tokens that have it. */
export function RolePage () {
  const { roleId } = useParams({ from: '/app/roles/$roleId' })
  const role = useQuery(roleQuery(roleId))
  const [renaming, { open: beginRenaming, close: endRenaming }] = useDisclosure(false)
  const [deleting, { open, close }] = useDisclosure(false)
  const navigate = useNavigate()
  const remove = useChange({
    change: async (id: string) => await ask(RoleDeleteDocument, { id }),
    done: 'Role deleted',
    onDone: () => { navigate({ to: '/roles' }) }
  })
  const back = <TextLink to='/roles'>All roles</TextLink>
  if (role.isPending) return <Loading />
  if (role.error !== null) return <><PageTitle title='Role'>{back}</PageTitle><Problem error={role.error} title="Couldn't load the role" retry={() => { role.refetch() }} /></>
  const { data } = role
  const name = data.name ?? roleId
  return (
    <>
      <PageTitle title={name} actions={<><ButtonLink variant='default' to='/view-as' search={{ as: `roles:${roleId}` }}>View as</ButtonLink><Button variant='default' onClick={beginRenaming}>Edit details</Button><Button variant='default' onClick={open}>Delete</Button></>}>{data.description != null && <p>{data.description}</p>}{back}</PageTitle>
      {data.permissions == null
        ? <Text>You don't have permission to see the permissions of this role.</Text>
        : <RoleTabs key={data.updatedAt} id={roleId} name={name} stored={data.permissions as Permissions} />}
      <Dialog opened={renaming} onClose={endRenaming} title='Edit details'><RenameForm id={roleId} role={data} onClose={endRenaming} /></Dialog>
      <Confirm opened={deleting} onClose={close} title={`Delete ${name}?`} action='Delete role' busy={remove.isPending} error={remove.error} onConfirm={() => { remove.mutate(roleId) }}>
        It is removed from every user and API token that has it. This can't be undone. A role from the configuration file is created again at the next start.
      </Confirm>
    </>
  )
}

function RoleTabs ({ id, name, stored }: { id: string, name: string, stored: Permissions }) {
  const { tab = 'data', table, action } = useSearch({ from: '/app/roles/$roleId' })
  const navigate = useNavigate({ from: '/roles/$roleId' })
  const [draft, setDraft] = useState<Permissions | null>(null)
  const permissions = draft ?? stored
  const save = useChange({ change: async (permissions: Permissions) => await ask(RoleUpdateDocument, { id, data: { permissions } }), done: 'Role saved', onDone: () => { setDraft(null) } })
  useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && !window.confirm('Leave without saving your changes to this role?'),
    enableBeforeUnload: true,
    disabled: draft === null
  })
  const change = (changed: Permissions) => {
    save.reset()
    setDraft(changed)
  }
  const opened = table !== undefined && actions.includes(action as Action) ? { table, action: action as Action } : null
  return (
    <>
      <Tabs value={tab} onChange={value => { navigate({ search: { tab: value ?? 'data' }, replace: true }) }} keepMounted={false}>
        <Tabs.List mb='md'>
          <Tabs.Tab value='data'>Data</Tabs.Tab>
          <Tabs.Tab value='functions'>Functions and apps</Tabs.Tab>
          <Tabs.Tab value='users'>Users</Tabs.Tab>
          <Tabs.Tab value='tokens'>API tokens</Tabs.Tab>
          <Tabs.Tab value='json'>JSON</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value='data'><DataTab permissions={permissions} onChange={change} opened={opened} /></Tabs.Panel>
        <Tabs.Panel value='functions'><FunctionsTab permissions={permissions} onChange={change} /></Tabs.Panel>
        <Tabs.Panel value='users'><UsersTab roleId={id} roleName={name} /></Tabs.Panel>
        <Tabs.Panel value='tokens'><TokensTab roleId={id} roleName={name} /></Tabs.Panel>
        <Tabs.Panel value='json'><JsonTab key={JSON.stringify(permissions)} permissions={permissions} onChange={change} /></Tabs.Panel>
      </Tabs>
      {draft !== null && (
        <Paper withBorder shadow='md' p='sm' mt='md' style={{ position: 'sticky', bottom: 8, zIndex: 2 }} component='section' aria-label='Unsaved changes'>
          <Stack gap='xs'>
            {save.error !== null && <Problem error={save.error} title="Couldn't save the role" />}
            <Group justify='space-between'>
              <Text size='sm'>You have unsaved changes.</Text>
              <Group gap='xs'>
                <Button variant='default' onClick={() => { setDraft(null); save.reset() }}>Discard</Button>
                <Button onClick={() => { save.mutate(draft) }} loading={save.isPending}>Save changes</Button>
              </Group>
            </Group>
          </Stack>
        </Paper>
      )}
    </>
  )
}

function RenameForm ({ id, role, onClose }: { id: string, role: Role, onClose: () => void }) {
  const form = useForm({ initialValues: { name: role.name ?? '', description: role.description ?? '' }, validate: { name: name => name.trim() === '' ? 'Enter a name' : null } })
  const save = useChange({ change: async (data: RoleUpdateInput) => await ask(RoleUpdateDocument, { id, data }), done: 'Role saved', onDone: onClose })
  const submit = ({ name, description }: typeof form.values) => {
    save.mutate({ ...form.isDirty('name') && { name: name.trim() }, ...form.isDirty('description') && { description: description.trim() || null } })
  }
  return (
    <form noValidate onSubmit={form.onSubmit(submit)}>
      <Stack>
        <TextInput label='Name' required data-autofocus {...form.getInputProps('name')} />
        <Textarea label='Description' autosize {...form.getInputProps('description')} />
        {save.error !== null && <Problem error={save.error} title="Couldn't save the role" />}
        <Group justify='flex-end'>
          <Button variant='default' onClick={onClose}>Cancel</Button>
          <Button type='submit' loading={save.isPending} disabled={!form.isDirty()}>Save</Button>
        </Group>
      </Stack>
    </form>
  )
}
