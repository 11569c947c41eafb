import { Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { ask } from '../api/ask'
import { useChange } from '../api/use-change'
import { PageTitle } from '../components/page-title'
import { Problem } from '../components/problem'
import { graphql } from '../graphql'

const AdministratorClaimDocument = graphql(`
  mutation AdministratorClaim($code: String!) {
    administratorClaim(code: $code) { id }
  }
`)

/** Makes the owner of a new app its first administrator: the code proves that they can read the server's log. */
export function FirstAdministrator ({ onLater }: { onLater: () => void }) {
  const form = useForm({ initialValues: { code: '' }, validate: { code: code => code.trim() === '' ? 'Enter the code from the server\'s log' : null } })
  const claim = useChange({ change: async (code: string) => await ask(AdministratorClaimDocument, { code }), done: 'You are now an administrator with full access' })
  return (
    <>
      <PageTitle title='This app has no administrator yet'>The person who runs the server becomes the first administrator and can then give roles to others.</PageTitle>
      <Stack maw='40rem' gap='lg'>
        <Paper withBorder p='md' component='section' aria-labelledby='claim'>
          <Title order={2} size='h4' id='claim' mb='sm'>One-time code</Title>
          <form noValidate onSubmit={form.onSubmit(({ code }) => { claim.mutate(code.trim()) })}>
            <Stack>
              <Text size='sm'>When the server started, it logged a one-time code, such as <code>ABCD-EFGH-JKMN-PQRS</code>. The code is valid for 24 hours; a restart creates a new one.</Text>
              <TextInput label='Code' required autoComplete='off' spellCheck={false} autoCapitalize='characters' classNames={{ input: 'mono' }} {...form.getInputProps('code')} />
              {claim.error !== null && <Problem error={claim.error} title="Couldn't make you an administrator" />}
              <Group>
                <Button type='submit' loading={claim.isPending}>Become administrator</Button>
                <Button variant='default' onClick={onLater}>Not now</Button>
              </Group>
            </Stack>
          </form>
        </Paper>
        <section aria-labelledby='by-email'>
          <Title order={2} size='h4' id='by-email' mb='xs'>No code in the log?</Title>
          <Text size='sm'>The server was started with <code>LATCHKEY_ADMIN_EMAIL</code>: the person who signs up with that email, verified, becomes the administrator. The log shows the email. Sign out and sign up with it, or restart the server without this setting to get a code.</Text>
        </section>
      </Stack>
    </>
  )
}
