import { Alert, Button, Group, Paper, Stack, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconLock } from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { ask } from '../../api/ask'
import { useChange } from '../../api/use-change'
import { useDraft, type Stored } from '../../api/use-draft'
import { Confirm } from '../../components/confirm'
import { Conflict } from '../../components/conflict'
import { CopyField } from '../../components/copy-field'
import { Facts } from '../../components/facts'
import { TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { RoleBadges } from '../../components/role-badges'
import { graphql } from '../../graphql'
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
  mutation ProfileUpdate($id: ID!, $data: AuthenticationProfileUpdateInput!, $expectedUpdatedAt: DateTime) {
    authenticationProfileUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }
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
    onDone: () => { navigate({ to: '/authentication', ignoreBlocker: true }) }
  })
  const back = <TextLink to='/authentication'>All profiles</TextLink>
  if (profile.isPending) return <Loading />
  const failed = profile.error !== null && <Problem error={profile.error} title="Couldn't load the profile" retry={() => { profile.refetch() }} />
  if (profile.data === undefined) return <><PageTitle title='Authentication profile'>{back}</PageTitle>{failed}</>
  const { data } = profile
  const loginUrl = known.data?.find(({ id }) => id === profileId)?.loginUrl ?? null
  const fixed = data.declaredInConfiguration === true
  return (
    <>
      <PageTitle title={data.name ?? profileId} actions={!fixed && <Button variant='default' onClick={open}>Delete</Button>}>{back}</PageTitle>
      <Stack gap='xl' maw='48rem'>
        {failed}
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
        {fixed ? <FixedProfile profile={data} id={profileId} /> : <EditProfile key={profileId} id={profileId} profile={data} reread={async () => (await profile.refetch({ throwOnError: true })).data as Profile} />}
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

interface EditProfileProps {
  id: string
  profile: Profile
  reread: () => Promise<Profile>
}

const typeOf = ({ type }: Profile) => type ?? ''
const storedOf = (profile: Profile): Stored<ProfileValues> => ({ values: valuesOf(typeOf(profile), profile), updatedAt: profile.updatedAt })

function EditProfile ({ id, profile, reread }: EditProfileProps) {
  const type = typeOf(profile)
  const stored = storedOf(profile)
  const test = useConnectionTest()
  // A test result doesn't apply to a form that has changed since.
  const form = useForm<ProfileValues>({ initialValues: stored.values, validate: values => validateProfile(type, values), onValuesChange: () => { test.reset() } })
  const draft = useDraft({
    form,
    stored,
    reread: async () => storedOf(await reread()),
    setsHidden: typeof form.values.provider.secret === 'string' && form.values.provider.secret !== '',
    change: async ({ values, before, expectedUpdatedAt }) => (await ask(ProfileUpdateDocument, { id, data: toUpdateInput(type, values, before), expectedUpdatedAt })).authenticationProfileUpdate.updatedAt,
    done: 'Profile saved'
  })
  // Tests the form as it is; without a new secret, the server uses the stored one.
  const tested = () => {
    if (form.validate().hasErrors) return
    test.mutate(draft.dirty ? { id, data: toTestInput(type, form.values, draft.before) } : { id })
  }
  return (
    <section aria-labelledby='edit-profile'>
      <Title order={2} size='h4' id='edit-profile' mb='sm'>Settings</Title>
      <form noValidate onSubmit={form.onSubmit(draft.save)}>
        <Stack>
          <ProfileFields type={type} form={form} profile={profile} />
          <ConnectionTestResult test={test} />
          {draft.error !== null && <Problem error={draft.error} title="Couldn't save the profile" />}
          {draft.conflict && <Conflict of='this profile' draft={draft} onSave={form.onSubmit(draft.saveAnyway)} />}
          <Group>
            {!draft.conflict && <Button type='submit' loading={draft.isSaving} disabled={!draft.dirty}>Save</Button>}
            <ConnectionTestButton test={test} onTest={tested} />
          </Group>
        </Stack>
      </form>
    </section>
  )
}
