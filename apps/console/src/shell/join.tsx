import { Button, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ask } from '../api/ask'
import { administratorNeededQuery } from '../api/first-administrator'
import { meQuery } from '../api/me'
import { PageTitle } from '../components/page-title'
import { Problem } from '../components/problem'
import { graphql } from '../graphql'
import { claimsOf } from '../session/claims'
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
  const email = session === null ? '' : claimsOf(session.idToken).email ?? ''
  const join = useMutation({
    mutationFn: async () => await ask(SignUpDocument, { email, authProfileId: session?.profile.id ?? null }),
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
