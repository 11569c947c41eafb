import { Container } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { linkAccount } from '../api/link-account'
import { ButtonLink } from '../components/links'
import { Loading } from '../components/loading'
import { PageTitle } from '../components/page-title'
import { Problem } from '../components/problem'
import { completeSignIn, useSession } from './session'

/** An authorization code works only once, however often the page renders. */
let completion: Promise<string> | null = null

/** The page that the provider redirects to after a sign-in. */
export function CallbackPage () {
  const navigate = useNavigate()
  const session = useSession()
  const [error, setError] = useState<Error | null>(null)
  useEffect(() => {
    completion ??= complete().finally(() => { completion = null })
    completion.then(returnTo => navigate({ href: returnTo, replace: true }), setError)
  }, [navigate])
  if (error === null) return <main><Loading /></main>
  return (
    <Container component='main' size='xs' py='xl'>
      <PageTitle title='Sign-in failed' />
      <Problem error={error} title='Details' />
      {session === null
        ? <ButtonLink to='/sign-in' mt='md'>Sign in again</ButtonLink>
        : <ButtonLink to='/' mt='md'>Back to the console</ButtonLink>}
    </Container>
  )
}

/** @returns the path where the sign-in was started */
async function complete (): Promise<string> {
  const { returnTo, second } = await completeSignIn()
  if (second !== null) await linkAccount(second)
  return returnTo
}
