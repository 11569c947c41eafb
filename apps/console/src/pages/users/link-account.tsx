import { Alert, Button, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { ApiError, UnreachableError } from '../../api/api-error'
import { forgetLinkOutcome, linkOutcome, SameAccountError, type LinkOutcome } from '../../api/link-account'
import { Dialog } from '../../components/dialog'
import { Problem } from '../../components/problem'
import { isDeclined } from '../../session/authorization'
import { publicProfilesQuery, type PublicProfile } from '../../session/profiles'
import { isRecent, signIn, signInToSecondAccount, useSession } from '../../session/session'

interface OwnUserProps {
  readonly userId: string
  readonly email: string | null
}

/** The button that lets users link another account to their own user, and its dialog. */
export function LinkAccount ({ userId, email }: OwnUserProps) {
  const { link } = useSearch({ from: '/app/users/$userId' })
  const navigate = useNavigate({ from: '/users/$userId' })
  const own = useSession()?.profile
  const profiles = useQuery(publicProfilesQuery)
  // All embedded profiles share their accounts, and these have different emails. Another provider can have several accounts with one email.
  const others = profiles.data?.filter(({ type }) => !(type === 'embedded' && own?.type === 'embedded')) ?? []
  if (others.length === 0) return null
  const show = (link: boolean) => { navigate({ search: link ? { link } : {}, replace: true, resetScroll: false }) }
  return (
    <>
      <Button size='xs' variant='default' onClick={() => { show(true) }}>Link another account</Button>
      <Dialog opened={link === true} onClose={() => { show(false) }} title='Link another account'>
        <LinkChoice userId={userId} email={email} profiles={others} />
      </Dialog>
    </>
  )
}

function LinkChoice ({ userId, email, profiles }: OwnUserProps & { profiles: readonly PublicProfile[] }) {
  const session = useSession()
  const [recent, setRecent] = useState(session !== null && isRecent(session))
  if (!recent) {
    return (
      <Stack>
        <Text size='sm'>For your security, linking an account requires that you have signed in within the last 15 minutes. Sign in again first. You then come back here.</Text>
        <SignInAgain returnTo={`/users/${userId}?link=true`} email={email} />
      </Stack>
    )
  }
  const leave = async (profile: PublicProfile) => {
    // The dialog may have been open for a while.
    if (session === null || !isRecent(session)) setRecent(false)
    else await signInToSecondAccount(profile, `/users/${userId}`, { askAgain: true, email })
  }
  return (
    <Stack>
      <Text size='sm'>Sign in to another account of yours, once. From then on, you can sign in with either of them. The other account must have the same email as your user{email !== null && <>, <b>{email}</b></>}.</Text>
      {profiles.map(profile => <LeaveButton key={profile.id} profile={profile} label={`Sign in with ${profile.name}`} leave={leave} />)}
    </Stack>
  )
}

interface SignInAgainProps {
  /** The page of the console to return to. */
  readonly returnTo: string
  readonly email: string | null
}

/** Signs in again with the profile of the session. */
export function SignInAgain ({ returnTo, email }: SignInAgainProps) {
  const profile = useSession()?.profile
  if (profile === undefined) return null
  return <LeaveButton profile={profile} label={`Sign in again with ${profile.name}`} leave={async profile => { await signIn(profile, returnTo, { askAgain: true, email }) }} />
}

interface LeaveButtonProps {
  readonly profile: PublicProfile
  readonly label: string
  readonly leave: (profile: PublicProfile) => Promise<void>
}

/** A button that leads to the login page of a profile. */
function LeaveButton ({ profile, label, leave }: LeaveButtonProps) {
  const leaving = useMutation({ mutationFn: leave })
  return (
    <Stack gap='xs' align='flex-start'>
      <Button loading={leaving.isPending} onClick={() => { leaving.mutate(profile) }}>{label}</Button>
      {leaving.error !== null && <Problem error={leaving.error} title={`Couldn't open the login page of ${profile.name}`} />}
    </Stack>
  )
}

/** How the attempt to link an account ended that the user has just come back from. */
export function LinkResult ({ userId, email }: OwnUserProps) {
  const [outcome, setOutcome] = useState(linkOutcome)
  const shown = useRef<HTMLDivElement>(null)
  useEffect(() => {
    forgetLinkOutcome()
    // On a phone it is below the fold.
    shown.current?.scrollIntoView({ block: 'center' })
  }, [])
  if (outcome === null) return null
  const { profileName, email: linked, error } = outcome
  if (error === null) {
    return (
      <Alert ref={shown} role='status' color='lake' mb='sm' icon={<IconCheck aria-hidden />} title='Account linked' withCloseButton closeButtonLabel='Dismiss' onClose={() => { setOutcome(null) }}>
        From now on, you can also sign in with {profileName} as <b>{linked}</b>.
      </Alert>
    )
  }
  const title = `Couldn't link the ${profileName} account`
  const explanation = explanationOf(outcome, error, email)
  return (
    <Stack ref={shown} mb='sm' gap='xs'>
      {explanation === null
        ? <Problem error={error} title={title} />
        : <Alert role='alert' color='orange' icon={<IconAlertTriangle aria-hidden />} title={title}><Text size='sm'>{explanation}</Text></Alert>}
      {isSignInTooOld(error) && <SignInAgain returnTo={`/users/${userId}?link=true`} email={email} />}
    </Stack>
  )
}

/** What happened, and what to do about it; null if the error's own message says so. */
function explanationOf ({ profileName, email }: LinkOutcome, error: Error, ownEmail: string | null): string | null {
  if (error instanceof UnreachableError) return null
  if (error instanceof SameAccountError) return `You signed in with ${profileName} to the account that you use already, ${email}. To link another one, choose it or sign out at ${profileName} first.`
  if (isDeclined(error)) return `The sign-in was cancelled, or ${profileName} didn't allow it (${error.message}). Nothing has changed, and you can try again.`
  if (!(error instanceof ApiError)) return `The sign-in with ${profileName} failed (${error.message}). Try again. If it keeps failing, ask an administrator to check the profile ${profileName}.`
  switch (reasonOf(error)) {
    case 'email_mismatch':
      return `You signed in with ${profileName} as ${email}, but the email of your user is ${ownEmail}. Try again with an account for ${ownEmail}, or first change the email of the account at ${profileName}.`
    case 'EntityExistsError':
      return `The ${profileName} account ${email} is already linked to another user. Ask an administrator to remove it from that user first, or try again with another account.`
    case 'sign_in_too_old':
      return 'For your security, linking an account requires that you have signed in here within the last 15 minutes. Sign in again, then link the account.'
    case 'expired':
      return `The token from ${profileName} has expired. Try again. If it keeps failing, ask an administrator: the clock of ${profileName} or of this app may be wrong.`
    case 'issuer_unreachable':
      return `This app couldn't reach ${profileName} to verify the sign-in. Try again in a few minutes.`
    default:
      return error.code === 'ValidationError' ? `This app doesn't accept the sign-in with ${profileName} (${error.reason}). The profile may have been changed or removed. Ask an administrator to check it.` : null
  }
}

/** Whether the API wants the user to sign in again before they change their sign-in methods. */
export function isSignInTooOld (error: Error | null): boolean {
  return error !== null && reasonOf(error) === 'sign_in_too_old'
}

function reasonOf (error: Error): string | null {
  return error instanceof ApiError ? error.reason ?? error.code : null
}
