import { Alert, Button, Container, Title } from '@mantine/core'
import { publicUrl } from '../page-settings'

/** Shown instead of the console where it can't keep a session. */
export function StorageBlocked () {
  return (
    <Container component='main' size='xs' py={{ base: 'md', sm: 64 }}>
      <Title order={1} size='h2' mb='md'>Latchkey Console</Title>
      <Alert role='alert' color='orange' title='Your browser blocks storage for this site'>
        The console keeps your session in this tab's session storage. Allow {publicUrl} to store cookies and site data in your browser's settings, then reload the page.
      </Alert>
      <Button mt='md' onClick={() => { location.reload() }}>Reload</Button>
    </Container>
  )
}
