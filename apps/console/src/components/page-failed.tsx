import { Button, Container } from '@mantine/core'
import { PageTitle } from './page-title'

/** Shown when a page's code can't be loaded, for example after an update of the server. */
export function PageFailed () {
  return (
    <Container component='main' py='xl'>
      <PageTitle title="Couldn't load this page">The server may have been updated since you opened the console.</PageTitle>
      <Button onClick={() => { location.reload() }}>Reload</Button>
    </Container>
  )
}
