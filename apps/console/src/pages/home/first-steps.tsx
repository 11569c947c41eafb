import { Alert, Anchor, Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../../api/ask'
import { useChange } from '../../api/use-change'
import { CopyBlock } from '../../components/copy-block'
import { TextLink } from '../../components/links'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { AuthenticationSettingUpdateInput, ConnectedQuery } from '../../graphql/graphql'
import { publicUrl } from '../../page-settings'
import { publicProfilesQuery, type PublicProfile } from '../../session/profiles'
import { curlOf, snippetOf } from './snippet'

const ConnectedDocument = graphql(`
  query Connected {
    authenticationSettings { allowedCallbacks allowedWebOrigins }
    authenticationProfilesList { items { id callbackUrls } }
  }
`)

const CallbackAllowDocument = graphql(`
  mutation CallbackAllow($data: AuthenticationSettingUpdateInput!) {
    authenticationSettingsUpdate(data: $data) { allowedCallbacks }
  }
`)

const HIDDEN_KEY = 'latchkey.console.first-steps-hidden'
const api = `${publicUrl}/graphql`

/** Whether they were shown since the page was loaded: they stay until they are dismissed, done or not. */
let begun = false

/** What whoever sets up an app does next, until an address of it is allowed or they hide it. */
export function FirstSteps () {
  const [hidden, setHidden] = useState(() => localStorage.getItem(HIDDEN_KEY) !== null)
  const connected = useQuery({ queryKey: ['connected'], queryFn: async () => await ask(ConnectedDocument), enabled: !hidden })
  const profiles = useQuery(publicProfilesQuery)
  if (hidden || connected.data === undefined || profiles.data === undefined || profiles.data.length === 0) return null
  const { authenticationSettings, authenticationProfilesList } = connected.data
  const done = (authenticationSettings.allowedCallbacks ?? []).length > 0 || authenticationProfilesList.items.some(({ callbackUrls }) => callbackUrls?.some(isOfSite) === true)
  if (done && !begun) return null
  begun = true
  const hide = () => {
    localStorage.setItem(HIDDEN_KEY, 'true')
    setHidden(true)
  }
  return (
    <Paper withBorder p='md' mb='xl' component='section' aria-labelledby='first-steps'>
      <Group justify='space-between' mb='sm'>
        <Title order={2} size='h4' id='first-steps'>First steps</Title>
        <Button size='compact-sm' variant='default' onClick={hide}>Hide them</Button>
      </Group>
      <Stack gap='lg'>
        <section aria-labelledby='try-login'>
          <Title order={3} size='h5' id='try-login'>1. Try the login page</Title>
          <Text size='sm'><Anchor underline='always' href={`${publicUrl}/console/sign-in?trial=true`} target='_blank' rel='noopener noreferrer'>Open it in a new tab</Anchor>, as people of your app will see it. The new tab has a session of its own: here you stay who you are. Names, colours and who may sign up stand under <TextLink to='/authentication'>Authentication</TextLink>.</Text>
        </section>
        <section aria-labelledby='connect-app'>
          <Title order={3} size='h5' id='connect-app' mb='xs'>2. Connect your app</Title>
          <ConnectApp profiles={profiles.data} connected={connected.data} />
        </section>
      </Stack>
    </Paper>
  )
}

function ConnectApp ({ profiles, connected }: { profiles: readonly PublicProfile[], connected: ConnectedQuery }) {
  const first = profiles[0] as PublicProfile
  const known = connected.authenticationProfilesList.items.find(({ id }) => id === first.id)?.callbackUrls?.[0]
  const form = useForm({ initialValues: { profileId: first.id, callback: known ?? 'http://localhost:3000/callback' }, validate: { callback: address => mistakeIn(address.trim()) }, validateInputOnChange: ['callback'] })
  const allow = useChange({ change: async (data: AuthenticationSettingUpdateInput) => await ask(CallbackAllowDocument, { data }), done: 'People may be sent back to your app now' })
  const profile = profiles.find(({ id }) => id === form.values.profileId) ?? first
  const callback = form.values.callback.trim()
  const { authenticationSettings: { allowedCallbacks, allowedWebOrigins }, authenticationProfilesList } = connected
  const allowed = [...allowedCallbacks ?? [], ...authenticationProfilesList.items.find(({ id }) => id === profile.id)?.callbackUrls ?? []].includes(callback)
  const origins = allowedWebOrigins ?? []
  const submit = () => {
    const { origin } = new URL(callback)
    // Without any, the pages of all sites may ask the API.
    allow.mutate({ allowedCallbacks: [...allowedCallbacks ?? [], callback], ...origins.length > 0 && !origins.includes(origin) && { allowedWebOrigins: [...origins, origin] } })
  }
  return (
    <Stack gap='sm'>
      <form noValidate onSubmit={form.onSubmit(submit)}>
        <Stack gap='sm' maw='40rem'>
          {profiles.length > 1 && <NativeSelect label='Sign in with' data={profiles.map(({ id, name }) => ({ value: id, label: name }))} {...form.getInputProps('profileId')} />}
          <TextInput label='Callback address of your app' description='The page that people come back to after signing in, to the letter' type='url' required {...form.getInputProps('callback')} />
          {allow.error !== null && <Problem error={allow.error} title='The address was not allowed' />}
          {allowed
            ? <Text size='sm' role='status'>The address is allowed.</Text>
            : <Group><Button type='submit' loading={allow.isPending}>Allow it</Button></Group>}
          {profile.type !== 'embedded' && <Alert title={`At ${profile.name}`}>Its client must allow the address too, and be a public client with PKCE (a “single page application”).</Alert>}
        </Stack>
      </form>
      {mistakeIn(callback) === null && (
        <>
          <Text size='sm'>Make this the script of the page at that address, with a bundler such as Vite. It signs in, signs up who is new, and asks the API who they are.</Text>
          <CopyBlock label='Script' value={snippetOf({ profile, callback, api })} />
          <CopyBlock label='The same by hand' value={curlOf(api)} />
        </>
      )}
    </Stack>
  )
}

/** The profile that an app has without a configuration allows an address of the machine that one develops on. */
function isOfSite (address: string | null): boolean {
  return !['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(address ?? '')?.hostname ?? 'localhost')
}

function mistakeIn (address: string): string | null {
  const url = URL.parse(address)
  return url !== null && /^https?:$/.test(url.protocol) && url.hash === '' ? null : 'An address with http:// or https://, and without #, such as http://localhost:3000/callback'
}
