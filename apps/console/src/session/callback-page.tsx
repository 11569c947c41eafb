import { Container } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ButtonLink } from '../components/links'
import { Loading } from '../components/loading'
import { PageTitle } from '../components/page-title'
import { Problem } from '../components/problem'
import { completeSignIn } from './session'

/** A code works once, however often the page is drawn. */
let completion: Promise<string> | null = null

/** Where the provider sends the browser back to. */
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
      <PageTitle title='The sign-in did not succeed' />
      <Problem error={error} title='What the provider or the browser said' />
      <ButtonLink to='/sign-in' mt='md'>Sign in again</ButtonLink>
    </Container>
  )
}
