import { Fieldset, Select, Stack, Switch, Textarea, TextInput, PasswordInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { RolesField } from '../../components/roles-field'
import { profileTypes } from './profile-types'
import type { Profile, ProfileValues } from './profile-values'

interface ProfileFieldsProps {
  type: string
  form: UseFormReturnType<ProfileValues>
  /** The one that is changed; null for a new one. */
  profile: Profile | null
}

/** The fields of a profile: what its provider wants, who may sign up by it, and where browsers may be sent back to. */
export function ProfileFields ({ type, form, profile }: ProfileFieldsProps) {
  return (
    <Stack>
      <TextInput label='Name' description='What people read on the sign-in page' required {...form.getInputProps('name')} />
      <Fieldset legend='The provider'>
        <Stack>
          {profileTypes[type]?.fields.map(({ name, label, description, kind, required, placeholder }) => {
            const path = `provider.${name}`
            const common = { label, description, placeholder, required: required === true }
            if (kind === 'switch') return <Switch key={name} label={label} description={description} {...form.getInputProps(path, { type: 'checkbox' })} />
            if (kind === 'lines') return <Textarea key={name} {...common} autosize minRows={1} {...form.getInputProps(path)} />
            if (kind === 'secret') return <PasswordInput key={name} {...common} autoComplete='off' description={profile?.hasSecret === true ? 'There is one. Type in another to replace it' : description} visibilityToggleButtonProps={{ 'aria-label': 'Show the secret' }} {...form.getInputProps(path)} />
            return <TextInput key={name} {...common} {...form.getInputProps(path)} />
          })}
        </Stack>
      </Fieldset>
      <Fieldset legend='Who may sign up'>
        <Stack>
          <Select
            label='Sign-up' description='Whether somebody who has an account at the provider may become a user here by themselves' allowDeselect={false}
            data={[{ value: 'off', label: 'Off: only whom somebody invited' }, { value: 'domains', label: 'Emails of some domains' }, { value: 'open', label: 'Open to everybody' }]} {...form.getInputProps('signUp')}
          />
          {form.values.signUp === 'domains' && <Textarea label='Email domains' description='One a line, exactly as they stand in emails: no subdomains' placeholder='example.com' autosize minRows={2} required {...form.getInputProps('emailDomains')} />}
          <RolesField label='Roles of new users' description='Without any: Guest' known={profile?.roles?.items ?? []} {...form.getInputProps('roles')} />
          <Select
            label='Users who exist already' description='Whether the email of a token binds this way to sign in to the user who has that email' allowDeselect={false}
            data={[{ value: 'verified', label: 'Bind when the provider has verified the email' }, { value: 'never', label: 'Never bind' }, { value: 'always', label: 'Always bind: I trust every email of this provider' }]} {...form.getInputProps('linkByEmail')}
          />
          <Select
            label='When the email changes at the provider' allowDeselect={false}
            data={[{ value: 'reject', label: 'Refuse the token until the two agree' }, { value: 'update', label: 'Change it here too, when it is verified' }]} {...form.getInputProps('onEmailChange')}
          />
        </Stack>
      </Fieldset>
      <Fieldset legend='Where browsers may be sent back to'>
        <Stack>
          <Textarea label='Callback URLs' description='One a line. After signing in; compared to the letter' placeholder='https://app.example.com/auth/callback' autosize minRows={2} {...form.getInputProps('callbackUrls')} />
          <Textarea label='Logout URLs' description='One a line. After signing out' placeholder='https://app.example.com/' autosize minRows={1} {...form.getInputProps('logoutUrls')} />
        </Stack>
      </Fieldset>
    </Stack>
  )
}

/** What can be said without asking the server. */
export function validateProfile (type: string, values: ProfileValues): Record<string, string> {
  const errors: Record<string, string> = {}
  if (values.name.trim() === '') errors.name = 'A name'
  for (const { name, label, required } of profileTypes[type]?.fields ?? []) if (required === true && String(values.provider[name] ?? '').trim() === '') errors[`provider.${name}`] = `${label} is needed`
  if (values.signUp === 'domains' && values.emailDomains.trim() === '') errors.emailDomains = 'At least one domain'
  return errors
}
