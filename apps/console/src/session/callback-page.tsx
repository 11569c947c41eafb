import { Container } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ButtonLink } from '../components/links'
import { Loading } from '../components/loading'
import { PageTitle } from '../components/page-title'
import { Problem } from '../components/problem'
import { completeSignIn } from './session'

/** An authorization code works only once, however often the page renders. */
let completion: Promise<string> | null = null

/** The page that the provider redirects to after a sign-in. */
export function CallbackPage () {
  const navigate = useNavigate()
  const [error, setError] = useState<Error | null>(null)
  useEffect(() => {
    completion ??= completeSignIn().finally(() => { completion = null })
    completion.then(returnTo => navigate({ href: returnTo, replace: true }), setError)
  }, [navigate])
  if (error === null) return <main><Loading /></main>
  return (
    <Container component='main' size='xs' py='xl'>
      <PageTitle title='Sign-in failed' />
      <Problem error={error} title='Details' />
      <ButtonLink to='/sign-in' mt='md'>Sign in again</ButtonLink>
    </Container>
  )
}
