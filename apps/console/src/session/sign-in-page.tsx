import { Alert, Anchor, Button, Container, Paper, Stack, Text, Title } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { administratorNeededQuery } from '../api/first-administrator'
import { CopyField } from '../components/copy-field'
import { Loading } from '../components/loading'
import { Problem } from '../components/problem'
import { callbackUrl, logoutUrl, publicUrl } from '../page-settings'
import { publicProfilesQuery, type PublicProfile } from './profiles'
import { pathInConsole, signIn, useSession } from './session'

/** The choice of an authentication profile to sign in with. */
export function SignInPage () {
  const { returnTo, ended, trial } = useSearch({ from: '/sign-in' })
  const session = useSession()
  const profiles = useQuery(publicProfilesQuery)
  const needed = useQuery(administratorNeededQuery)
  const [failure, setFailure] = useState<{ profile: PublicProfile, error: Error } | null>(null)
  const [leaving, setLeaving] = useState<string | null>(null)
  const navigate = useNavigate()
  const signedIn = session !== null
  useEffect(() => { document.title = 'Sign in · Latchkey Console' }, [])
  useEffect(() => { if (signedIn) navigate({ href: pathInConsole(returnTo), replace: true }) }, [signedIn, returnTo, navigate])
  if (signedIn) return null

  const leave = (profile: PublicProfile) => {
    setLeaving(profile.id)
    signIn(profile, pathInConsole(returnTo), { askAgain: trial === true }).catch((error: Error) => {
      setFailure({ profile, error })
      setLeaving(null)
    })
  }

  const elsewhere = location.origin !== new URL(publicUrl).origin
  const foreign = profiles.data?.filter(({ type }) => type !== 'embedded') ?? []
  return (
    <Container component='main' size='xs' py={{ base: 'md', sm: 64 }}>
      <Paper withBorder p={{ base: 'md', sm: 'xl' }}>
        <Title order={1} size='h2' mb='xs'>Latchkey Console</Title>
        <Text c='dimmed' mb='lg'>Manage this app's users, authentication, roles and API tokens.</Text>
        <Stack>
          {ended === true && <Alert role='status' title='Your session has ended'>Sign in again to continue where you left off.</Alert>}
          {trial === true && <Alert role='status' title='Test sign-in'>Sign in or create an account as your app's users will. This tab has its own session.</Alert>}
          {needed.data === true && (
            <Alert role='status' icon={<IconKey aria-hidden />} title='This app has no administrator yet'>
              If you run the server, sign in or create an account, then enter the one-time code from the server's log. If the server was started with <code>LATCHKEY_ADMIN_EMAIL</code>, sign up with that email instead.
            </Alert>
          )}
          {elsewhere && <Alert role='alert' color='orange' title='Open the console at its own address'>You can sign in only at <Anchor underline='always' href={`${publicUrl}/console`}>{publicUrl}/console</Anchor> (the server's PUBLIC_URL).</Alert>}
          {profiles.isPending && <Loading />}
          {profiles.error !== null && <Problem error={profiles.error} title="Couldn't load the sign-in options" retry={() => { profiles.refetch() }} />}
          {profiles.data?.length === 0 && <Alert color='orange' title='No way to sign in'>This app has no authentication profile. Add one to its configuration.</Alert>}
          {profiles.data?.map(profile => (
            <Button key={profile.id} size='md' fullWidth loading={leaving === profile.id} disabled={elsewhere || leaving !== null} onClick={() => { leave(profile) }}>
              Sign in with {profile.name}
            </Button>
          ))}
          {failure !== null && <Problem error={failure.error} title={`Couldn't open the login page of ${failure.profile.name}`} />}
          {foreign.length > 0 && (
            <details>
              <summary>Provider settings for {foreign.map(({ name }) => name).join(', ')}</summary>
              <Stack mt='sm' gap='sm'>
                <Text size='sm'>At the provider, register a public client with PKCE (a “single page application”) that allows these URLs:</Text>
                <CopyField label='Callback URL' value={callbackUrl} />
                <CopyField label='Logout URL' value={logoutUrl} />
              </Stack>
            </details>
          )}
        </Stack>
      </Paper>
    </Container>
  )
}
