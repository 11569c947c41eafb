import { Alert, Code, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { ButtonLink, TextLink } from '../../components/links'
import type { ExplainQuery } from '../../graphql/graphql'

type Explanation = ExplainQuery['permissionExplain']

interface RemedyProps {
  explanation: Pick<Explanation, 'remedy' | 'remedyRoleId' | 'steps'> & { roles: readonly Pick<Explanation['roles'][number], 'roleId' | 'roleName'>[] }
  action: string
  resource: string
}

/** What to do so that it is allowed, and where in the console. */
export function Remedy ({ explanation: { steps, roles, remedy, remedyRoleId }, action, resource }: RemedyProps) {
  if (remedy == null || remedy === '') return null
  if (remedyRoleId != null) {
    const roleName = roles.find(({ roleId }) => roleId === remedyRoleId)?.roleName ?? 'the role'
    const [tab, search] = action === 'call' ? ['Functions and Apps', { tab: 'functions' }] as const : ['Data', { tab: 'data', table: resource, action }] as const
    return (
      <Alert title='Remedy'>
        <Text size='sm'>{roles.length === 1 ? 'Their only role does not allow it.' : 'One role that allows it is enough.'} Change what {roleName} says of “{action} {resource}”, under {tab}, or give another role that allows it.</Text>
        <ButtonLink mt='sm' size='xs' to='/roles/$roleId' params={{ roleId: remedyRoleId }} search={search}>Change it in {roleName}</ButtonLink>
      </Alert>
    )
  }
  const failed = steps.find(({ ok }) => !ok)
  return <Alert title='Remedy'><Text size='sm' component='div'>{failed === undefined ? remedy : remedyOf(failed) ?? remedy}</Text></Alert>
}

/** The API's word for what is wrong stands at the end of a step's message. */
function remedyOf ({ step, message }: { step: string, message: string }): ReactNode {
  const reason = /\(([a-z_]+)\)$/.exec(message)?.[1]
  if (step === 'API token') return ofApiToken[reason ?? (/expired/i.test(message) ? 'expired' : 'unknown')] ?? ofApiToken.unknown
  if (step === 'user' && reason === undefined) return <>Invite them under <TextLink to='/users'>Users</TextLink>, or have them sign up; who may sign up by themselves, their profile says under <TextLink to='/authentication'>Authentication</TextLink>.</>
  return reason === undefined ? null : ofIdToken[reason]
}

const ofApiToken: Readonly<Record<string, ReactNode>> = {
  expired: <>Give it a later end under <TextLink to='/api-tokens'>API tokens</TextLink>, or make a new one there.</>,
  revoked: <>Make a new one under <TextLink to='/api-tokens'>API tokens</TextLink>: what is revoked stays so.</>,
  unknown: <>Compare it with where it was copied from; if that is lost, make a new one under <TextLink to='/api-tokens'>API tokens</TextLink>.</>
}

const ofIdToken: Readonly<Record<string, ReactNode>> = {
  email_mismatch: <>Make the two emails agree: change that of the record under <TextLink to='/users'>Users</TextLink>, or that at the provider. To let records follow verified emails, change “When the email changes at the provider” in the profile, under <TextLink to='/authentication'>Authentication</TextLink>.</>,
  identity_not_linked: <>If it is the same person: they sign in as they did before and link this account (<Code>userIdentityLink</Code>), or confirm their email at the provider; what was removed from the user is restored on the page of the user, under <TextLink to='/users'>Users</TextLink>. Where nobody has proven the email who signs in as that user, it may be a stranger's: remove by what they sign in, on the same page, and the user waits for the owner of the email. When a token binds to a user by email, its profile says as “Users who exist already”, under <TextLink to='/authentication'>Authentication</TextLink>.</>,
  expired: 'A new one: the app renews it with its refresh token, or they sign in again. If it is new, the clock of the server is wrong.',
  not_yet_valid: 'Set the clocks of the server and of the provider (NTP): by one of them the token begins later.',
  malformed: 'Paste the ID token as the provider gave it: three parts joined by dots, without quotes and line breaks.',
  unknown_issuer: <>Compare the issuer with those under <TextLink to='/authentication'>Authentication</TextLink>, to the letter. If it is one of yours, <TextLink to='/authentication/new'>make a profile</TextLink> of it.</>,
  audience_mismatch: <>The app has signed in with another client. Have it use the client ID of the profile, or add its own to the profile's audiences, under <TextLink to='/authentication'>Authentication</TextLink>.</>,
  wrong_token_use: 'It is another token of the same sign-in, most often the access token. The app is to send the ID token.',
  issuer_unreachable: <>The provider did not give its keys. “Test connection” on the page of its profile, under <TextLink to='/authentication'>Authentication</TextLink>, says where it stops.</>,
  key_not_found: <>It is of another environment of the provider, or its key is gone: sign in again, and compare the issuer under <TextLink to='/authentication'>Authentication</TextLink>.</>,
  bad_signature: 'It was altered on the way, or is not of this provider: sign in again, and paste it whole.',
  missing_claim: 'Have the app ask for the scopes openid, email and profile, and the provider put the claims into ID tokens.'
}
