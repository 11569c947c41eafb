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

/** How the owner of a new app becomes its administrator: who reads the server's log owns it. */
export function FirstAdministrator ({ onLater }: { onLater: () => void }) {
  const form = useForm({ initialValues: { code: '' }, validate: { code: code => code.trim() === '' ? 'The code in the log of the server' : null } })
  const claim = useChange({ change: async (code: string) => await ask(AdministratorClaimDocument, { code }), done: 'You are Administrator now, and may do everything' })
  return (
    <>
      <PageTitle title='This app has no administrator yet'>Whoever runs the server becomes the first, and can then give others their roles.</PageTitle>
      <Stack maw='40rem' gap='lg'>
        <Paper withBorder p='md' component='section' aria-labelledby='claim'>
          <Title order={2} size='h4' id='claim' mb='sm'>With the code in the server's log</Title>
          <form noValidate onSubmit={form.onSubmit(({ code }) => { claim.mutate(code.trim()) })}>
            <Stack>
              <Text size='sm'>At its start the server has written a line with a code, such as <code>ABCD-EFGH-JKMN-PQRS</code>. It works once, for 24 hours; a restart writes a new one.</Text>
              <TextInput label='Code' required autoComplete='off' spellCheck={false} autoCapitalize='characters' classNames={{ input: 'mono' }} {...form.getInputProps('code')} />
              {claim.error !== null && <Problem error={claim.error} title='That did not make you Administrator' />}
              <Group>
                <Button type='submit' loading={claim.isPending}>Become Administrator</Button>
                <Button variant='default' onClick={onLater}>Not now</Button>
              </Group>
            </Stack>
          </form>
        </Paper>
        <section aria-labelledby='by-email'>
          <Title order={2} size='h4' id='by-email' mb='xs'>No code in the log?</Title>
          <Text size='sm'>Then the server was started with <code>LATCHKEY_ADMIN_EMAIL</code>: whoever signs up with that email, verified, becomes Administrator, and its log says which it is. Sign out, and sign up with it; or start the server without it, and use the code.</Text>
        </section>
      </Stack>
    </>
  )
}
