import { Alert, Button, Group, Paper, Stack, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconLock } from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { ask } from '../../api/ask'
import { useChange } from '../../api/use-change'
import { Confirm } from '../../components/confirm'
import { CopyField } from '../../components/copy-field'
import { Facts } from '../../components/facts'
import { TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { RoleBadges } from '../../components/role-badges'
import { graphql } from '../../graphql'
import type { AuthenticationProfileUpdateInput } from '../../graphql/graphql'
import { callbackUrl, logoutUrl } from '../../page-settings'
import { publicProfilesQuery } from '../../session/profiles'
import { ConnectionTestButton, ConnectionTestResult, useConnectionTest } from './connection-test'
import { ProfileFields, validateProfile } from './profile-fields'
import { profileTypes } from './profile-types'
import { toTestInput, toUpdateInput, valuesOf, type Profile, type ProfileValues } from './profile-values'

const ProfileDocument = graphql(`
  query Profile($id: ID!) {
    authenticationProfile(id: $id) {
      id name type clientId domain issuer audiences hasSecret selfSignUpEnabled selfSignUpEmailDomains
      roles { items { id name } }
      linkByEmail onEmailChange callbackUrls logoutUrls databaseName options position declaredInConfiguration updatedAt
    }
  }
`)

const ProfileUpdateDocument = graphql(`
  mutation ProfileUpdate($id: ID!, $data: AuthenticationProfileUpdateInput!) {
    authenticationProfileUpdate(filter: { id: $id }, data: $data) { id }
  }
`)

const ProfileDeleteDocument = graphql(`
  mutation ProfileDelete($id: ID!) {
    authenticationProfileDelete(filter: { id: $id }) { success }
  }
`)

const profileQuery = (id: string) => queryOptions({ queryKey: ['profiles', id], queryFn: async () => (await ask(ProfileDocument, { id })).authenticationProfile as Profile })

/** One profile: the client information and its settings. */
export function ProfilePage () {
  const { profileId } = useParams({ from: '/app/authentication/$profileId' })
  const navigate = useNavigate()
  const profile = useQuery(profileQuery(profileId))
  const known = useQuery(publicProfilesQuery)
  const [deleting, { open, close }] = useDisclosure(false)
  const remove = useChange({
    change: async (id: string) => await ask(ProfileDeleteDocument, { id }),
    done: 'Profile deleted',
    onDone: () => { navigate({ to: '/authentication' }) }
  })
  const back = <TextLink to='/authentication'>All profiles</TextLink>
  if (profile.isPending) return <Loading />
  if (profile.error !== null) return <><PageTitle title='Authentication profile'>{back}</PageTitle><Problem error={profile.error} title="Couldn't load the profile" retry={() => { profile.refetch() }} /></>
  const { data } = profile
  const loginUrl = known.data?.find(({ id }) => id === profileId)?.loginUrl ?? null
  const fixed = data.declaredInConfiguration === true
  return (
    <>
      <PageTitle title={data.name ?? profileId} actions={!fixed && <Button variant='default' onClick={open}>Delete</Button>}>{back}</PageTitle>
      <Stack gap='xl' maw='48rem'>
        <Paper withBorder p='md' component='section' aria-labelledby='client-information'>
          <Title order={2} size='h4' id='client-information' mb='sm'>Client information</Title>
          <Stack gap='sm'>
            <CopyField label='Profile ID' value={profileId} />
            {data.clientId != null && <CopyField label='Client ID' value={data.clientId} />}
            {data.domain != null && data.domain !== '' && <CopyField label='Domain' value={data.domain} />}
            {data.issuer != null && <CopyField label='Issuer' value={data.issuer} />}
            {loginUrl !== null && <CopyField label='Login URL' value={loginUrl} />}
            {data.type !== 'embedded' && <CopyField label='Callback URL of this console (allow it at the provider)' value={callbackUrl} />}
            {data.type !== 'embedded' && <CopyField label='Logout URL of this console (allow it at the provider)' value={logoutUrl} />}
          </Stack>
        </Paper>
        {fixed ? <FixedProfile profile={data} id={profileId} /> : <EditProfile key={data.updatedAt} profile={data} id={profileId} />}
      </Stack>
      <Confirm opened={deleting} onClose={close} title={`Delete ${data.name ?? profileId}?`} action='Delete profile' busy={remove.isPending} error={remove.error} onConfirm={() => { remove.mutate(profileId) }}>
        Its tokens are refused from then on, including those of people who are signed in now. Its users are kept; they can sign in again with a profile that has the same issuer.
      </Confirm>
    </>
  )
}

function FixedProfile ({ profile, id }: { profile: Profile, id: string }) {
  const test = useConnectionTest()
  return (
    <>
      <Alert icon={<IconLock aria-hidden />} title='Set in the configuration file'>You can't change this profile here. Edit the file that the server's LATCHKEY_CONFIG names, then restart the server.</Alert>
      <Facts of={[
        ['Type', profileTypes[profile.type ?? '']?.label ?? profile.type],
        ['Sign-up', profile.selfSignUpEnabled !== true ? 'Off' : profile.selfSignUpEmailDomains?.length ? profile.selfSignUpEmailDomains.join(', ') : 'Open to everyone'],
        ['Roles for new users', <RoleBadges key='roles' roles={profile.roles} />],
        ['Link to existing users by email', profile.linkByEmail],
        ['When the email changes at the provider', profile.onEmailChange],
        ['Callback URLs', profile.callbackUrls?.join(', ')],
        ['Logout URLs', profile.logoutUrls?.join(', ')]
      ]}
      />
      <Group><ConnectionTestButton test={test} onTest={() => { test.mutate({ id }) }} /></Group>
      <ConnectionTestResult test={test} />
    </>
  )
}

function EditProfile ({ profile, id }: { profile: Profile, id: string }) {
  const type = profile.type ?? ''
  const before = valuesOf(type, profile)
  const test = useConnectionTest()
  // A test result doesn't apply to a form that has changed since.
  const form = useForm<ProfileValues>({ initialValues: before, validate: values => validateProfile(type, values), onValuesChange: () => { test.reset() } })
  const save = useChange({
    change: async (data: AuthenticationProfileUpdateInput) => await ask(ProfileUpdateDocument, { id, data }),
    done: 'Profile saved'
  })
  // Tests the form as it is; without a new secret, the server uses the stored one.
  const tested = () => {
    if (form.validate().hasErrors) return
    test.mutate(form.isDirty() ? { id, data: toTestInput(type, form.values, before) } : { id })
  }
  return (
    <section aria-labelledby='edit-profile'>
      <Title order={2} size='h4' id='edit-profile' mb='sm'>Settings</Title>
      <form noValidate onSubmit={form.onSubmit(values => { save.mutate(toUpdateInput(type, values, before)) })}>
        <Stack>
          <ProfileFields type={type} form={form} profile={profile} />
          <ConnectionTestResult test={test} />
          {save.error !== null && <Problem error={save.error} title="Couldn't save the profile" />}
          <Group>
            <Button type='submit' loading={save.isPending} disabled={!form.isDirty()}>Save</Button>
            <ConnectionTestButton test={test} onTest={tested} />
          </Group>
        </Stack>
      </form>
    </section>
  )
}
