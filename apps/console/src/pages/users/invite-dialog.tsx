import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api/ask'
import { useUnsaved } from '../../api/unsaved'
import { useChange } from '../../api/use-change'
import { Dialog } from '../../components/dialog'
import { Problem } from '../../components/problem'
import { RolesField } from '../../components/roles-field'
import { graphql } from '../../graphql'
import { publicProfilesQuery } from '../../session/profiles'

const InviteDocument = graphql(`
  mutation Invite($email: String!, $firstName: String, $lastName: String, $roles: UsersRolesRelationInput, $authProfileId: ID) {
    userInvite(email: $email, firstName: $firstName, lastName: $lastName, roles: $roles, authProfileId: $authProfileId) { id email }
  }
`)

/** Invites a user: creates the record, and has the provider notify them if it can. */
export function InviteDialog ({ opened, onClose }: { opened: boolean, onClose: () => void }) {
  return <Dialog opened={opened} onClose={onClose} title='Invite user'><InviteForm onClose={onClose} /></Dialog>
}

function InviteForm ({ onClose }: { onClose: () => void }) {
  const profiles = useQuery(publicProfilesQuery)
  const form = useForm({
    initialValues: { email: '', firstName: '', lastName: '', roles: [] as string[], profile: null as string | null },
    validate: { email: email => /^\S+@\S+$/.test(email.trim()) ? null : 'Enter an email address, such as ada@example.com' }
  })
  const invite = useChange({
    change: async ({ email, firstName, lastName, roles, profile }: typeof form.values) => await ask(InviteDocument, {
      email: email.trim(),
      firstName: firstName.trim() || null,
      lastName: lastName.trim() || null,
      roles: roles.length === 0 ? null : { connect: roles.map(id => ({ id })) },
      authProfileId: profile
    }),
    done: (_result, { email }) => `${email.trim()} can sign in now`,
    onDone: onClose
  })
  useUnsaved(form.isDirty())
  const choices = profiles.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []
  return (
    <form noValidate onSubmit={form.onSubmit(values => { invite.mutate(values) })}>
      <Stack>
        <TextInput label='Email' type='email' required autoComplete='off' data-autofocus {...form.getInputProps('email')} />
        <Group grow align='flex-start'>
          <TextInput label='First name' {...form.getInputProps('firstName')} />
          <TextInput label='Last name' {...form.getInputProps('lastName')} />
        </Group>
        <RolesField description='Defaults to Guest' {...form.getInputProps('roles')} />
        {choices.length > 1 && <Select label='Profile' description='Where they sign in. Defaults to the first profile.' data={choices} clearable {...form.getInputProps('profile')} />}
        {invite.error !== null && <Problem error={invite.error} title="Couldn't invite the user" />}
        <Group justify='flex-end'>
          <Button variant='default' onClick={onClose}>Cancel</Button>
          <Button type='submit' loading={invite.isPending}>Invite</Button>
        </Group>
      </Stack>
    </form>
  )
}
