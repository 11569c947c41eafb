import { Button, getDefaultZIndex, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Dialog } from '../components/dialog'
import { Problem } from '../components/problem'
import { useSession } from '../session/session'
import { giveUp, signInAgain, useIsWaiting } from '../session/sign-in-again'

/** Asks the user to sign in again when the session has ended, over the page with what was entered in it. */
export function SessionEnded ({ email }: { email: string | null }) {
  const session = useSession()
  return useIsWaiting() && session !== null ? <SignInAgain profileName={session.profile.name} email={email} /> : null
}

function SignInAgain ({ profileName, email }: { profileName: string, email: string | null }) {
  const signing = useMutation({ mutationFn: async () => { await signInAgain(email) } })
  return (
    <Dialog opened onClose={() => {}} withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false} zIndex={getDefaultZIndex('overlay')} title='Your session has ended'>
      <Stack>
        <Text size='sm'>Sign in again{email !== null && <> as <b>{email}</b></>} in a new window. This page stays as it is and then continues. If you sign in as someone else, it is loaded again, and what you entered in it is lost.</Text>
        {signing.isPending && <Text size='sm' role='status'>Waiting for your sign-in in the other window. If you have closed it, open it again.</Text>}
        {signing.error !== null && <Problem error={signing.error} title="Couldn't sign you in again" />}
        <Group justify='flex-end'>
          <Button variant='default' onClick={() => { giveUp() }}>Leave this page</Button>
          <Button data-autofocus onClick={() => { signing.mutate() }}>Sign in with {profileName}</Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
