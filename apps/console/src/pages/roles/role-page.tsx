import { Box, Button, Group, Paper, Stack, Tabs, Text, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../../api/ask'
import { useUnsaved } from '../../api/unsaved'
import { useChange } from '../../api/use-change'
import { useDraft, type Stored } from '../../api/use-draft'
import { Confirm } from '../../components/confirm'
import { Conflict } from '../../components/conflict'
import { Dialog } from '../../components/dialog'
import { handFocusOn } from '../../components/hand-focus-on'
import { ButtonLink, TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { OwnLossByDeletion, useOwnAccessGuard } from '../../components/own-access'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { RoleQuery } from '../../graphql/graphql'
import { DataTab } from './data-tab'
import { FunctionsTab } from './functions-tab'
import { JsonTab, type JsonDraft } from './json-tab'
import { actions, type Action, type Permissions } from './permissions'
import { TokensTab } from './tokens-tab'
import { UsersTab } from './users-tab'

const RoleDocument = graphql(`
  query Role($id: ID!) {
    role(id: $id) { id name description permissions updatedAt }
  }
`)

const RoleUpdateDocument = graphql(`
  mutation RoleUpdate($id: ID!, $data: RoleUpdateInput!, $expectedUpdatedAt: DateTime) {
    roleUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }
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
    onDone: () => { navigate({ to: '/roles', ignoreBlocker: true }) }
  })
  const back = <TextLink to='/roles'>All roles</TextLink>
  if (role.isPending) return <Loading />
  const failed = role.error !== null && <Problem error={role.error} title="Couldn't load the role" retry={() => { role.refetch() }} />
  if (role.data === undefined) return <><PageTitle title='Role'>{back}</PageTitle>{failed}</>
  const { data } = role
  const name = data.name ?? roleId
  const reread = async () => (await role.refetch({ throwOnError: true })).data as Role
  return (
    <>
      <PageTitle title={name} actions={<><ButtonLink variant='default' to='/view-as' search={{ as: `roles:${roleId}` }}>View as</ButtonLink><Button variant='default' onClick={beginRenaming}>Edit details</Button><Button variant='default' onClick={open}>Delete</Button></>}>{data.description != null && <p>{data.description}</p>}{back}</PageTitle>
      {failed !== false && <Box mb='md'>{failed}</Box>}
      {data.permissions == null
        ? <Text>You don't have permission to see the permissions of this role.</Text>
        : <RoleTabs key={roleId} id={roleId} role={data} reread={reread} />}
      <Dialog opened={renaming} onClose={endRenaming} title='Edit details'><RenameForm id={roleId} role={data} reread={reread} onClose={endRenaming} /></Dialog>
      <Confirm opened={deleting} onClose={close} title={`Delete ${name}?`} action='Delete role' busy={remove.isPending} error={remove.error} onConfirm={() => { remove.mutate(roleId) }}>
        {deleting && <OwnLossByDeletion roleId={roleId} />}
        It is removed from every user and API token that has it. This can't be undone. A role from the configuration file is created again at the next start.
      </Confirm>
    </>
  )
}

interface RoleFormProps {
  id: string
  role: Role
  reread: () => Promise<Role>
}

const permissionsOf = ({ permissions, updatedAt }: Role): Stored<{ permissions: Permissions }> => ({ values: { permissions: permissions as Permissions }, updatedAt })

function RoleTabs ({ id, role, reread }: RoleFormProps) {
  const { tab = 'data', table, action } = useSearch({ from: '/app/roles/$roleId' })
  const navigate = useNavigate({ from: '/roles/$roleId' })
  const name = role.name ?? id
  const stored = permissionsOf(role)
  const [editing, setEditing] = useState(false)
  // Here and not in its tab, so that it outlives a look at another tab.
  const [json, setJson] = useState<JsonDraft | null>(null)
  useUnsaved(json !== null)
  const form = useForm({ initialValues: stored.values })
  const draft = useDraft({
    form,
    stored,
    reread: async () => permissionsOf(await reread()),
    hold: editing || json !== null,
    change: async ({ values: { permissions }, expectedUpdatedAt }) => (await ask(RoleUpdateDocument, { id, data: { permissions }, expectedUpdatedAt })).roleUpdate.updatedAt,
    done: 'Role saved'
  })
  const { guard, confirmation } = useOwnAccessGuard()
  const { permissions } = form.values
  const change = (changed: Permissions) => {
    draft.clearError()
    form.setValues({ permissions: changed })
  }
  const discard = () => {
    setJson(null)
    draft.discard()
  }
  const guarded = (save: typeof draft.save) => () => {
    guard(roles => roles.map(own => own.id === id ? { id, permissions } : own), () => { save(form.values) })
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
          <Tabs.Tab value='json'>JSON{json !== null && ' (not applied)'}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value='data'><DataTab permissions={permissions} onChange={change} opened={opened} onEditing={setEditing} /></Tabs.Panel>
        <Tabs.Panel value='functions'><FunctionsTab permissions={permissions} onChange={change} /></Tabs.Panel>
        <Tabs.Panel value='users'><UsersTab roleId={id} roleName={name} /></Tabs.Panel>
        <Tabs.Panel value='tokens'><TokensTab roleId={id} roleName={name} /></Tabs.Panel>
        <Tabs.Panel value='json'><JsonTab permissions={permissions} draft={json} onDraft={setJson} onApply={changed => { setJson(null); change(changed) }} /></Tabs.Panel>
      </Tabs>
      {draft.dirty && (
        <Paper ref={handFocusOn} withBorder shadow='md' p='sm' mt='md' className='bottom-bar' style={{ position: 'sticky', bottom: 8, zIndex: 2 }} component='section' aria-label='Unsaved changes'>
          <Stack gap='xs'>
            {draft.error !== null && <Problem error={draft.error} title="Couldn't save the role" />}
            {draft.conflict
              ? <Conflict of='this role' draft={{ isSaving: draft.isSaving, discard }} onSave={guarded(draft.saveAnyway)}>If you save yours, all permissions that they saved are replaced.</Conflict>
              : (
                <Group justify='space-between'>
                  <Text size='sm'>You have unsaved changes.</Text>
                  <Group gap='xs'>
                    <Button variant='default' onClick={discard}>Discard</Button>
                    <Button onClick={guarded(draft.save)} loading={draft.isSaving}>Save changes</Button>
                  </Group>
                </Group>
                )}
          </Stack>
        </Paper>
      )}
      {confirmation}
    </>
  )
}

const detailsOf = ({ name, description, updatedAt }: Role): Stored<{ name: string, description: string }> => ({ values: { name: name ?? '', description: description ?? '' }, updatedAt })

function RenameForm ({ id, role, reread, onClose }: RoleFormProps & { onClose: () => void }) {
  const stored = detailsOf(role)
  const form = useForm({ initialValues: stored.values, validate: { name: name => name.trim() === '' ? 'Enter a name' : null } })
  const draft = useDraft({
    form,
    stored,
    reread: async () => detailsOf(await reread()),
    change: async ({ values: { name, description }, before, expectedUpdatedAt }) => (await ask(RoleUpdateDocument, {
      id,
      data: { ...name !== before.name && { name: name.trim() }, ...description !== before.description && { description: description.trim() || null } },
      expectedUpdatedAt
    })).roleUpdate.updatedAt,
    done: 'Role saved',
    onDone: onClose
  })
  return (
    <form noValidate onSubmit={form.onSubmit(draft.save)}>
      <Stack>
        <TextInput label='Name' required data-autofocus {...form.getInputProps('name')} />
        <Textarea label='Description' autosize {...form.getInputProps('description')} />
        {draft.error !== null && <Problem error={draft.error} title="Couldn't save the role" />}
        {draft.conflict
          ? <Conflict of='this role' draft={draft} onSave={form.onSubmit(draft.saveAnyway)} />
          : (
            <Group justify='flex-end'>
              <Button variant='default' onClick={onClose}>Cancel</Button>
              <Button type='submit' loading={draft.isSaving} disabled={!draft.dirty}>Save</Button>
            </Group>
            )}
      </Stack>
    </form>
  )
}
