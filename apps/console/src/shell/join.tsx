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

/** Who has signed in and is no user yet: signing in makes none. */
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
      <PageTitle title='You are no user of this app yet'>You have signed in as {email}. Signing up makes the record of your user, with the roles that this way to sign in gives.</PageTitle>
      <Stack maw='36rem'>
        {administratorNeeded && <Text size='sm'>This app has no administrator yet. Sign up first; then you are asked for the code in the server's log. If the server has <code>LATCHKEY_ADMIN_EMAIL</code>, it is whoever signs up with that email, verified.</Text>}
        {join.error !== null && <Problem error={join.error} title='You could not be signed up' />}
        <Button onClick={() => { join.mutate() }} loading={join.isPending} style={{ alignSelf: 'flex-start' }}>Sign up as {email}</Button>
      </Stack>
    </>
  )
}

/** What the token says; the API verifies it. */
function emailIn (idToken: string): string {
  const bytes = Uint8Array.from(atob((idToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')), character => character.charCodeAt(0))
  return String((JSON.parse(new TextDecoder().decode(bytes)) as { email?: string }).email ?? '')
}
