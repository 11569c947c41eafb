import { Alert, Anchor, Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api/ask'
import { useChange } from '../../api/use-change'
import { CopyBlock } from '../../components/copy-block'
import { handFocusOn } from '../../components/hand-focus-on'
import { TextLink } from '../../components/links'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { ConnectedQuery } from '../../graphql/graphql'
import { publicUrl } from '../../page-settings'
import { publicProfilesQuery, type PublicProfile } from '../../session/profiles'
import { curlOf, snippetOf } from './snippet'

const ConnectedDocument = graphql(`
  query Connected {
    authenticationSettings { allowedCallbacks allowedWebOrigins updatedAt }
    authenticationProfilesList { items { id callbackUrls } }
  }
`)

const CallbackAllowDocument = graphql(`
  mutation CallbackAllow($data: AuthenticationSettingUpdateInput!, $expectedUpdatedAt: DateTime) {
    authenticationSettingsUpdate(data: $data, expectedUpdatedAt: $expectedUpdatedAt) { allowedCallbacks }
  }
`)

const HIDDEN_KEY = 'latchkey.console.first-steps-hidden'
const api = `${publicUrl}/graphql`

/** Whether they have been shown since the page was loaded: then they stay until dismissed, even once done. */
let begun = false

/** The next steps for setting up an app, shown until one of its callback URLs is allowed or they are hidden. */
export function FirstSteps () {
  // Works without storage too, but then only until the page is reloaded.
  const [hidden = false, setHidden] = useLocalStorage<boolean>({ key: HIDDEN_KEY, getInitialValueInEffect: false })
  const connected = useQuery({ queryKey: ['connected'], queryFn: async () => await ask(ConnectedDocument), enabled: !hidden })
  const profiles = useQuery(publicProfilesQuery)
  if (hidden || connected.data === undefined || profiles.data === undefined || profiles.data.length === 0) return null
  const { authenticationSettings, authenticationProfilesList } = connected.data
  const done = (authenticationSettings.allowedCallbacks ?? []).length > 0 || authenticationProfilesList.items.some(({ callbackUrls }) => callbackUrls?.some(isOfSite) === true)
  if (done && !begun) return null
  begun = true
  return (
    <Paper ref={handFocusOn} withBorder p='md' mb='xl' component='section' aria-labelledby='first-steps'>
      <Group justify='space-between' mb='sm'>
        <Title order={2} size='h4' id='first-steps'>First steps</Title>
        <Button size='compact-sm' variant='default' onClick={() => { setHidden(true) }}>Hide</Button>
      </Group>
      <Stack gap='lg'>
        <section aria-labelledby='try-login'>
          <Title order={3} size='h5' id='try-login'>1. Try the login page</Title>
          <Text size='sm'><Anchor underline='always' href={`${publicUrl}/console/sign-in?trial=true`} target='_blank' rel='noopener noreferrer'>Open it in a new tab</Anchor> to see it as your app's users will. The new tab has its own session, so you stay signed in here. To change names, colors and who can sign up, go to <TextLink to='/authentication'>Authentication</TextLink>.</Text>
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
  const allow = useChange({
    change: async (callback: string) => {
      // Adds to the settings as they are now, which may not be those on the page.
      const { allowedCallbacks, allowedWebOrigins, updatedAt } = (await ask(ConnectedDocument)).authenticationSettings
      const [{ origin }, origins] = [new URL(callback), allowedWebOrigins ?? []]
      // If no web origin is listed, pages of all sites can call the API already.
      const data = { allowedCallbacks: [...allowedCallbacks ?? [], callback], ...origins.length > 0 && !origins.includes(origin) && { allowedWebOrigins: [...origins, origin] } }
      await ask(CallbackAllowDocument, { data, expectedUpdatedAt: updatedAt })
    },
    done: 'Callback URL allowed'
  })
  const profile = profiles.find(({ id }) => id === form.values.profileId) ?? first
  const callback = form.values.callback.trim()
  const { authenticationSettings: { allowedCallbacks }, authenticationProfilesList } = connected
  const allowed = [...allowedCallbacks ?? [], ...authenticationProfilesList.items.find(({ id }) => id === profile.id)?.callbackUrls ?? []].includes(callback)
  return (
    <Stack gap='sm'>
      <form noValidate onSubmit={form.onSubmit(() => { allow.mutate(callback) })}>
        <Stack gap='sm' maw='40rem'>
          {profiles.length > 1 && <NativeSelect label='Sign in with' data={profiles.map(({ id, name }) => ({ value: id, label: name }))} {...form.getInputProps('profileId')} />}
          <TextInput label='Callback URL of your app' description='The exact URL of the page that people return to after signing in' type='url' required {...form.getInputProps('callback')} />
          {allow.error !== null && <Problem error={allow.error} title="Couldn't allow the URL" />}
          {allowed
            ? <Text size='sm' role='status'>This URL is allowed.</Text>
            : <Group><Button type='submit' loading={allow.isPending}>Allow URL</Button></Group>}
          {profile.type !== 'embedded' && <Alert title={`At ${profile.name}`}>The client there must also allow this URL. It must be a public client with PKCE (a “single page application”).</Alert>}
        </Stack>
      </form>
      {mistakeIn(callback) === null && (
        <>
          <Text size='sm'>Use this as the script of the page at that URL, with a bundler such as Vite. It signs people in, signs up new users, and asks the API who they are.</Text>
          <CopyBlock label='Script' value={snippetOf({ profile, callback, api })} />
          <CopyBlock label='curl command' value={curlOf(api)} />
        </>
      )}
    </Stack>
  )
}

/** Local URLs don't count: the default profile of an unconfigured app allows one for development. */
function isOfSite (address: string | null): boolean {
  return !['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(address ?? '')?.hostname ?? 'localhost')
}

function mistakeIn (address: string): string | null {
  const url = URL.parse(address)
  return url !== null && /^https?:$/.test(url.protocol) && url.hash === '' ? null : 'Enter a URL with http:// or https:// and without #, such as http://localhost:3000/callback'
}
