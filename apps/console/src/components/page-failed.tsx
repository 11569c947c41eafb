import { Button, Container } from '@mantine/core'
import { PageTitle } from './page-title'

/** A part of the console that could not be loaded, such as after an update of the server. */
export function PageFailed () {
  return (
    <Container component='main' py='xl'>
      <PageTitle title='The page could not be shown'>The server may have been updated since the console was opened.</PageTitle>
      <Button onClick={() => { location.reload() }}>Load it again</Button>
    </Container>
  )
}
