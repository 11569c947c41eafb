import { Button, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ask } from '../api/ask'
import { administratorNeededQuery } from '../api/first-administrator'
import { meQuery } from '../api/me'
import { PageTitle } from '../components/page-title'
import { Problem } from '../components/problem'
import { graphql } from '../graphql'
import { currentSession } from '../session/session'

const SignUpDocument = graphql(`
  mutation SignUp($email: String!, $authProfileId: ID) {
    userSignUpWithToken(user: { email: $email }, authProfileId: $authProfileId) { id }
  }
`)

/** Offers sign-up to people who have signed in but have no user record yet: signing in alone doesn't create one. */
export function Join ({ administratorNeeded }: { administratorNeeded: boolean }) {
  const client = useQueryClient()
  const session = currentSession()
  const email = emailIn(session?.idToken ?? '')
  const join = useMutation({
    mutationFn: async () => await ask(SignUpDocument, { email, authProfileId: session?.profileId ?? null }),
    onSuccess: async () => { await Promise.all([meQuery, administratorNeededQuery].map(async ({ queryKey }) => { await client.resetQueries({ queryKey }) })) }
  })
  return (
    <>
      <PageTitle title="You're not a user of this app yet">You're signed in as {email}. Signing up creates your user, with the roles that your authentication profile gives to new users.</PageTitle>
      <Stack maw='36rem'>
        {administratorNeeded && <Text size='sm'>This app has no administrator yet. Sign up first, then enter the one-time code from the server's log. If the server was started with <code>LATCHKEY_ADMIN_EMAIL</code>, the person who signs up with that email, verified, becomes the administrator.</Text>}
        {join.error !== null && <Problem error={join.error} title="Couldn't sign you up" />}
        <Button onClick={() => { join.mutate() }} loading={join.isPending} style={{ alignSelf: 'flex-start' }}>Sign up as {email}</Button>
      </Stack>
    </>
  )
}

/** The email in the token, unverified here: the API verifies the token. */
function emailIn (idToken: string): string {
  const bytes = Uint8Array.from(atob((idToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')), character => character.charCodeAt(0))
  return String((JSON.parse(new TextDecoder().decode(bytes)) as { email?: string }).email ?? '')
}
