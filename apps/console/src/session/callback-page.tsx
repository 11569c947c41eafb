import { Container, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { linkAccount } from '../api/link-account'
import { ButtonLink } from '../components/links'
import { Loading } from '../components/loading'
import { PageTitle } from '../components/page-title'
import { Problem } from '../components/problem'
import { isStartedHere } from './authorization'
import { completeSignIn, useSession } from './session'
import { passOn } from './sign-in-again'

/** An authorization code works only once, however often the page renders. */
let completion: Promise<string | null> | null = null

/** The page that the provider redirects to after a sign-in, in this tab or in the window that another tab has opened for it. */
export function CallbackPage () {
  const navigate = useNavigate()
  const session = useSession()
  const [error, setError] = useState<Error | null>(null)
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    completion ??= complete().finally(() => { completion = null })
    completion.then(returnTo => {
      if (returnTo !== null) return navigate({ href: returnTo, replace: true })
      setDone(true)
      window.close()
    }).catch(setError)
  }, [navigate])
  if (isDone) {
    return (
      <Container component='main' size='xs' py='xl'>
        <PageTitle title='Go back to the console' />
        <Text>You can close this window. The page that you left open continues.</Text>
      </Container>
    )
  }
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

/** @returns the path where the sign-in was started; null if another tab has started it, and completes it */
async function complete (): Promise<string | null> {
  if (!await isStartedHere(location.search) && await passOn()) return null
  const { returnTo, second } = await completeSignIn()
  if (second !== null) await linkAccount(second)
  return returnTo
}
