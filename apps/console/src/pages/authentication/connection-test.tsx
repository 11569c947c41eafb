import { Button, List, Paper, Text, ThemeIcon } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { ask } from '../../api/ask'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { AuthenticationProfileCreateInput, ProfileTestMutation } from '../../graphql/graphql'

const ProfileTestDocument = graphql(`
  mutation ProfileTest($data: AuthenticationProfileCreateInput, $id: ID) {
    authenticationProfileTest(data: $data, id: $id) { step ok message }
  }
`)

/** What to test: a new profile (`data`), an existing one (`id`), or an existing one with unsaved changes (both). */
interface Tested {
  id?: string
  data?: AuthenticationProfileCreateInput
}

/** Has the server test whether people could sign in with a profile. */
export function useConnectionTest () {
  return useMutation({ mutationFn: async (tested: Tested) => (await ask(ProfileTestDocument, tested)).authenticationProfileTest })
}

/** The button that starts the test. */
export function ConnectionTestButton ({ test, onTest }: { test: ReturnType<typeof useConnectionTest>, onTest: () => void }) {
  return <Button variant='default' onClick={onTest} loading={test.isPending}>Test connection</Button>
}

/** The result of the test, step by step. */
export function ConnectionTestResult ({ test }: { test: ReturnType<typeof useConnectionTest> }) {
  return (
    <div aria-live='polite'>
      {test.error !== null && <Problem error={test.error} title="Couldn't test the connection" />}
      {test.data !== undefined && <Steps steps={test.data} />}
    </div>
  )
}

function Steps ({ steps }: { steps: ProfileTestMutation['authenticationProfileTest'] }) {
  return (
    <Paper withBorder p='md'>
      <Text fw={600} mb='xs'>{steps.every(({ ok }) => ok) ? 'Test passed: people can sign in with these settings' : 'Test failed: people can\'t sign in with these settings'}</Text>
      <List spacing='xs' listStyleType='none'>
        {steps.map(({ step, ok, message }) => (
          <List.Item key={step} icon={<ThemeIcon size={20} radius='xl' color={ok ? 'lake' : 'red.9'}>{ok ? <IconCheck size={14} aria-label='Passed' /> : <IconX size={14} aria-label='Failed' />}</ThemeIcon>}>
            <b>{step}</b>: {message}
          </List.Item>
        ))}
      </List>
    </Paper>
  )
}
