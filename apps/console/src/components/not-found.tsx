import { Container } from '@mantine/core'
import { PageTitle } from './page-title'
import { TextLink } from './links'

/** The page for an unknown address. */
export function NotFound () {
  return (
    <Container component='main' py='xl'>
      <PageTitle title='Page not found'>There's no page at this address. <TextLink to='/'>Go to Home</TextLink></PageTitle>
    </Container>
  )
}
