import { Alert, Button, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { ask } from '../../api/ask'
import { useUnsaved } from '../../api/unsaved'
import { useChange } from '../../api/use-change'
import { isConflict } from '../../api/use-draft'
import { Conflict } from '../../components/conflict'
import { CopyField } from '../../components/copy-field'
import { Dialog } from '../../components/dialog'
import { Problem } from '../../components/problem'
import { RolesField } from '../../components/roles-field'
import { graphql } from '../../graphql'
import type { ApiToken } from './api-tokens-page'

const ApiTokenCreateDocument = graphql(`
  mutation ApiTokenCreate($data: ApiTokenCreateInput!) {
    apiTokenCreate(data: $data) { id name token }
  }
`)

const ApiTokenUpdateDocument = graphql(`
  mutation ApiTokenUpdate($id: ID!, $data: ApiTokenUpdateInput!, $expectedUpdatedAt: DateTime) {
    apiTokenUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { id }
  }
`)

interface TokenDialogProps {
  opened: boolean
  /** The token to edit; null for a new one. */
  token: ApiToken | null
  onClose: () => void
  /** Called to show the tokens as they are now, instead of a draft of one that someone else has changed. */
  onOutdated: () => void
}

/** Creates an API token, whose secret is then shown once, or edits one. */
export function TokenDialog ({ opened, token, onClose, onOutdated }: TokenDialogProps) {
  const [secret, setSecret] = useState<{ name: string, secret: string } | null>(null)
  const close = () => {
    setSecret(null)
    onClose()
  }
  if (secret !== null) {
    return (
      <Dialog opened onClose={close} title={`Secret of ${secret.name}`} closeOnClickOutside={false}>
        <Stack>
          <Alert color='orange' title='This secret is shown only once'>Copy it to where it will be used. Nobody can read it again, here or in the database.</Alert>
          <CopyField label='API token' value={secret.secret} autoFocus />
          <Group justify='flex-end'><Button onClick={close}>I've copied it</Button></Group>
        </Stack>
      </Dialog>
    )
  }
  return (
    <Dialog opened={opened} onClose={close} title={token === null ? 'New API token' : `Edit ${token.name}`}>
      <TokenForm token={token} onClose={close} onOutdated={onOutdated} onSecret={setSecret} />
    </Dialog>
  )
}

function TokenForm ({ token, onClose, onOutdated, onSecret }: Omit<TokenDialogProps, 'opened'> & { onSecret: (secret: { name: string, secret: string }) => void }) {
  const had = token?.roles?.items.flatMap(({ id }) => id ?? []) ?? []
  const form = useForm({
    initialValues: { name: token?.name ?? '', roles: had, expires: token?.expiresAt == null ? '' : token.expiresAt.slice(0, 10) },
    validate: { name: name => name.trim() === '' ? 'Enter a name that says where the token is used' : null }
  })
  const create = useChange({
    change: async ({ name, roles, expires }: typeof form.values) => (await ask(ApiTokenCreateDocument, {
      data: { name: name.trim(), roles: { connect: roles.map(id => ({ id })) }, ...expires !== '' && { expiresAt: `${expires}T00:00:00Z` } }
    })).apiTokenCreate,
    done: 'API token created',
    onDone: ({ token: secret }, { name }) => { onSecret({ name: name.trim(), secret }) }
  })
  const update = useChange({
    change: async ({ name, roles, expires, anyway = false }: typeof form.values & { anyway?: boolean }) => await ask(ApiTokenUpdateDocument, {
      id: token?.id ?? '',
      expectedUpdatedAt: anyway ? null : token?.updatedAt,
      data: {
        ...form.isDirty('name') && { name: name.trim() },
        ...form.isDirty('roles') && { roles: { reconnect: roles.map(id => ({ id })) } },
        ...form.isDirty('expires') && { expiresAt: expires === '' ? null : `${expires}T00:00:00Z` }
      }
    }),
    done: 'API token saved',
    onDone: onClose
  })
  useUnsaved(form.isDirty())
  const saving = token === null ? create : update
  return (
    <form noValidate onSubmit={form.onSubmit(values => { saving.mutate(values) })}>
      <Stack>
        <TextInput label='Name' description='Where the token is used, such as “Nightly report”' required data-autofocus {...form.getInputProps('name')} />
        <RolesField description='What the token can do. Without a role, it can do nothing.' known={token?.roles?.items ?? []} {...form.getInputProps('roles')} />
        <TextInput label='Expires on' description='The token stops working at the start of this day (UTC). Leave empty if it should never expire.' type='date' {...form.getInputProps('expires')} />
        {saving.error !== null && !isConflict(saving.error) && <Problem error={saving.error} title={token === null ? 'Couldn\'t create the API token' : 'Couldn\'t save the API token'} />}
        {isConflict(update.error)
          ? <Conflict of='this API token' draft={{ isSaving: update.isPending, discard: onOutdated }} onSave={form.onSubmit(values => { update.mutate({ ...values, anyway: true }) })} />
          : (
            <Group justify='flex-end'>
              <Button variant='default' onClick={onClose}>Cancel</Button>
              <Button type='submit' loading={saving.isPending} disabled={!form.isDirty()}>{token === null ? 'Create API token' : 'Save'}</Button>
            </Group>
            )}
      </Stack>
    </form>
  )
}
