import { Alert, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { ButtonLink, TextLink } from '../../components/links'
import type { ExplainQuery } from '../../graphql/graphql'

type Explanation = ExplainQuery['permissionExplain']

interface RemedyProps {
  explanation: Pick<Explanation, 'remedy' | 'remedyRoleId' | 'steps'> & { roles: readonly Pick<Explanation['roles'][number], 'roleId' | 'roleName'>[] }
  action: string
  resource: string
}

/** How to get the action allowed, and where in the console. */
export function Remedy ({ explanation: { steps, roles, remedy, remedyRoleId }, action, resource }: RemedyProps) {
  if (remedy == null || remedy === '') return null
  if (remedyRoleId != null) {
    const roleName = roles.find(({ roleId }) => roleId === remedyRoleId)?.roleName ?? 'the role'
    const [tab, search] = action === 'call' ? ['Functions and apps', { tab: 'functions' }] as const : ['Data', { tab: 'data', table: resource, action }] as const
    return (
      <Alert title='How to fix it'>
        <Text size='sm'>{roles.length === 1 ? 'Their only role does not allow this.' : 'It is enough that one of their roles allows this.'} Change “{action} {resource}” in the role {roleName}, under {tab}, or assign another role that allows it.</Text>
        <ButtonLink mt='sm' size='xs' to='/roles/$roleId' params={{ roleId: remedyRoleId }} search={search}>Change it in {roleName}</ButtonLink>
      </Alert>
    )
  }
  const failed = steps.find(({ ok }) => !ok)
  return <Alert title='How to fix it'><Text size='sm' component='div'>{failed === undefined ? remedy : remedyOf(failed) ?? remedy}</Text></Alert>
}

/** A step's message ends with the API's reason in parentheses. */
function remedyOf ({ step, message }: { step: string, message: string }): ReactNode {
  const reason = /\(([a-z_]+)\)$/.exec(message)?.[1]
  if (step === 'API token') return ofApiToken[reason ?? (/expired/i.test(message) ? 'expired' : 'unknown')] ?? ofApiToken.unknown
  if (step === 'user' && reason === undefined) return <>Invite them under <TextLink to='/users'>Users</TextLink>, or have them sign up. The profile, under <TextLink to='/authentication'>Authentication</TextLink>, sets who can sign up.</>
  return reason === undefined ? null : ofIdToken[reason]
}

const ofApiToken: Readonly<Record<string, ReactNode>> = {
  expired: <>Set a later expiry date under <TextLink to='/api-tokens'>API tokens</TextLink>, or create a new token there.</>,
  revoked: <>Create a new one under <TextLink to='/api-tokens'>API tokens</TextLink>. A revoked token can't be restored.</>,
  unknown: <>Compare it with the original. If that is lost, create a new one under <TextLink to='/api-tokens'>API tokens</TextLink>.</>
}

const ofIdToken: Readonly<Record<string, ReactNode>> = {
  email_mismatch: <>Make the two emails match: change the email of the user under <TextLink to='/users'>Users</TextLink>, or the email at the provider. To have users follow verified email changes, set “When the email changes at the provider” in the profile, under <TextLink to='/authentication'>Authentication</TextLink>.</>,
  identity_not_linked: <>If it is the same person, they can sign in here as they did before and link this account on the page of their user, or confirm their email at the provider. A removed sign-in method can be restored on the user's page, under <TextLink to='/users'>Users</TextLink>. If none of the user's sign-in methods has verified this email, the user may belong to a stranger: remove those sign-in methods on the same page, and the user waits for the owner of the email. The setting “Link to existing users by email” of the profile, under <TextLink to='/authentication'>Authentication</TextLink>, controls when sign-ins are linked by email.</>,
  expired: 'Get a new token: the app renews it with its refresh token, or they sign in again. If the token is new, correct the clock of the server.',
  not_yet_valid: 'Synchronize the clocks of the server and the provider (NTP): they disagree.',
  malformed: 'Paste the ID token exactly as the provider issued it: three parts separated by dots, without quotes or line breaks.',
  unknown_issuer: <>Compare the issuer with those under <TextLink to='/authentication'>Authentication</TextLink>: they must match exactly. If the provider is one of yours, <TextLink to='/authentication/new'>create a profile</TextLink> for it.</>,
  audience_mismatch: <>The app signed in with a different client. Use the client ID of the profile in the app, or add the app's client ID to the audiences of the profile, under <TextLink to='/authentication'>Authentication</TextLink>.</>,
  wrong_token_use: 'This is a different token from the same sign-in, usually the access token. The app must send the ID token.',
  issuer_unreachable: <>The keys of the provider could not be fetched. “Test connection” on the profile's page, under <TextLink to='/authentication'>Authentication</TextLink>, shows where it fails.</>,
  key_not_found: <>The token was issued by a different environment of the provider, or its signing key has been removed. Sign in again, and compare the issuer under <TextLink to='/authentication'>Authentication</TextLink>.</>,
  bad_signature: 'The token was altered, or was not issued by this provider. Sign in again, and paste the whole token.',
  missing_claim: 'Have the app request the scopes openid, email and profile, and configure the provider to include the claims in ID tokens.'
}
