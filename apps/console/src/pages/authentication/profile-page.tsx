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

/** One profile: what clients need to know of it, and its settings. */
export function ProfilePage () {
  const { profileId } = useParams({ from: '/app/authentication/$profileId' })
  const navigate = useNavigate()
  const profile = useQuery(profileQuery(profileId))
  const known = useQuery(publicProfilesQuery)
  const [deleting, { open, close }] = useDisclosure(false)
  const remove = useChange({
    change: async (id: string) => await ask(ProfileDeleteDocument, { id }),
    done: 'The profile was deleted',
    onDone: () => { navigate({ to: '/authentication' }) }
  })
  const back = <TextLink to='/authentication'>All profiles</TextLink>
  if (profile.isPending) return <Loading />
  if (profile.error !== null) return <><PageTitle title='Authentication profile'>{back}</PageTitle><Problem error={profile.error} title='The profile cannot be shown' retry={() => { profile.refetch() }} /></>
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
            {data.type !== 'embedded' && <CopyField label='Callback URL of this console, to allow at the provider' value={callbackUrl} />}
            {data.type !== 'embedded' && <CopyField label='Logout URL of this console, to allow at the provider' value={logoutUrl} />}
          </Stack>
        </Paper>
        {fixed ? <FixedProfile profile={data} id={profileId} /> : <EditProfile key={data.updatedAt} profile={data} id={profileId} />}
      </Stack>
      <Confirm opened={deleting} onClose={close} title={`Delete ${data.name ?? profileId}?`} action='Delete the profile' busy={remove.isPending} error={remove.error} onConfirm={() => { remove.mutate(profileId) }}>
        Its tokens are refused from then on, those of people who are signed in too. Its users stay; they sign in again by a profile with the same issuer.
      </Confirm>
    </>
  )
}

function FixedProfile ({ profile, id }: { profile: Profile, id: string }) {
  const test = useConnectionTest()
  return (
    <>
      <Alert icon={<IconLock aria-hidden />} title='This profile stands in the configuration'>It can be changed in the file that the server's LATCHKEY_CONFIG names, and takes effect at the next start: what is written there must not be undone from here.</Alert>
      <Facts of={[
        ['Type', profileTypes[profile.type ?? '']?.label ?? profile.type],
        ['Sign-up', profile.selfSignUpEnabled !== true ? 'off' : profile.selfSignUpEmailDomains?.length ? profile.selfSignUpEmailDomains.join(', ') : 'open to everybody'],
        ['Roles of new users', <RoleBadges key='roles' roles={profile.roles} />],
        ['Binds by email', profile.linkByEmail],
        ['When the email changes', profile.onEmailChange],
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
  // What was tested says nothing of a form that has changed since.
  const form = useForm<ProfileValues>({ initialValues: before, validate: values => validateProfile(type, values), onValuesChange: () => { test.reset() } })
  const save = useChange({
    change: async (data: AuthenticationProfileUpdateInput) => await ask(ProfileUpdateDocument, { id, data }),
    done: 'The profile was changed, and holds from now on'
  })
  // As the form is, whose secret may be the one that is stored.
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
          {save.error !== null && <Problem error={save.error} title='The profile was not changed' />}
          <Group>
            <Button type='submit' loading={save.isPending} disabled={!form.isDirty()}>Save</Button>
            <ConnectionTestButton test={test} onTest={tested} />
          </Group>
        </Stack>
      </form>
    </section>
  )
}
