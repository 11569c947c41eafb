import { Fieldset, Select, Stack, Switch, Textarea, TextInput, PasswordInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { RolesField } from '../../components/roles-field'
import { profileTypes } from './profile-types'
import type { Profile, ProfileValues } from './profile-values'

interface ProfileFieldsProps {
  type: string
  form: UseFormReturnType<ProfileValues>
  /** The profile to edit; null for a new one. */
  profile: Profile | null
}

/** The fields of a profile: its provider, sign-up and linking rules, and redirect URLs. */
export function ProfileFields ({ type, form, profile }: ProfileFieldsProps) {
  return (
    <Stack>
      <TextInput label='Name' description='Shown on the sign-in page' required {...form.getInputProps('name')} />
      <Fieldset legend='Provider'>
        <Stack>
          {profileTypes[type]?.fields.map(({ name, label, description, kind, required, placeholder }) => {
            const path = `provider.${name}`
            const common = { label, description, placeholder, required: required === true }
            if (kind === 'switch') return <Switch key={name} label={label} description={description} {...form.getInputProps(path, { type: 'checkbox' })} />
            if (kind === 'lines') return <Textarea key={name} {...common} autosize minRows={1} {...form.getInputProps(path)} />
            if (kind === 'secret') return <PasswordInput key={name} {...common} autoComplete='off' description={profile?.hasSecret === true ? 'A secret is stored. Enter another one to replace it.' : description} visibilityToggleButtonProps={{ 'aria-label': 'Show the secret' }} {...form.getInputProps(path)} />
            return <TextInput key={name} {...common} {...form.getInputProps(path)} />
          })}
        </Stack>
      </Fieldset>
      <Fieldset legend='Users'>
        <Stack>
          <Select
            label='Sign-up' description='Who can become a user on their own, with an account at the provider' allowDeselect={false}
            data={[{ value: 'off', label: 'Off: only invited users' }, { value: 'domains', label: 'Specific email domains' }, { value: 'open', label: 'Open to everyone' }]} {...form.getInputProps('signUp')}
          />
          {form.values.signUp === 'domains' && <Textarea label='Email domains' description='One per line. Subdomains are not included.' placeholder='example.com' autosize minRows={2} required {...form.getInputProps('emailDomains')} />}
          <RolesField label='Roles for new users' description='Defaults to Guest' known={profile?.roles?.items ?? []} {...form.getInputProps('roles')} />
          <Select
            label='Link to existing users by email' description='Whether signing in links the account to an existing user with the same email. Choose “Always” only if you trust every email from this provider.' allowDeselect={false}
            data={[{ value: 'verified', label: 'If the email is verified' }, { value: 'never', label: 'Never' }, { value: 'always', label: 'Always, verified or not' }]} {...form.getInputProps('linkByEmail')}
          />
          <Select
            label='When the email changes at the provider' allowDeselect={false}
            data={[{ value: 'reject', label: 'Refuse sign-in until they match' }, { value: 'update', label: 'Update it here too, if verified' }]} {...form.getInputProps('onEmailChange')}
          />
        </Stack>
      </Fieldset>
      <Fieldset legend='Redirect URLs'>
        <Stack>
          <Textarea label='Callback URLs' description='Where people return after signing in. One per line; must match exactly.' placeholder='https://app.example.com/auth/callback' autosize minRows={2} {...form.getInputProps('callbackUrls')} />
          <Textarea label='Logout URLs' description='Where people return after signing out. One per line.' placeholder='https://app.example.com/' autosize minRows={1} {...form.getInputProps('logoutUrls')} />
        </Stack>
      </Fieldset>
    </Stack>
  )
}

/** The checks that don't need the server. */
export function validateProfile (type: string, values: ProfileValues): Record<string, string> {
  const errors: Record<string, string> = {}
  if (values.name.trim() === '') errors.name = 'Enter a name'
  for (const { name, label, required } of profileTypes[type]?.fields ?? []) if (required === true && String(values.provider[name] ?? '').trim() === '') errors[`provider.${name}`] = `${label} is required`
  if (values.signUp === 'domains' && values.emailDomains.trim() === '') errors.emailDomains = 'Enter at least one domain'
  return errors
}
