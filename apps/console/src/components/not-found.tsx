import { Container } from '@mantine/core'
import { PageTitle } from './page-title'
import { TextLink } from './links'

/** An address that is none. */
export function NotFound () {
  return (
    <Container component='main' py='xl'>
      <PageTitle title='There is nothing here'>The address is none of the console. <TextLink to='/'>Go to the start</TextLink></PageTitle>
    </Container>
  )
}
