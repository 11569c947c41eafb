import { Alert, Button, Code, List, Stack, Table, Text, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ask } from '../../api/ask'
import { meQuery } from '../../api/me'
import { useChange } from '../../api/use-change'
import { Confirm } from '../../components/confirm'
import { TextLink } from '../../components/links'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { UserQuery } from '../../graphql/graphql'

const IdentityDeleteDocument = graphql(`
  mutation IdentityDelete($id: ID!, $data: UserIdentityDeleteInput!) {
    userIdentityDelete(filter: { id: $id }, data: $data) { success }
  }
`)

const IdentityRestoreDocument = graphql(`
  mutation IdentityRestore($id: ID!, $data: UserIdentityRestoreInput!) {
    userIdentityRestore(filter: { id: $id }, data: $data) { success }
  }
`)

type User = NonNullable<UserQuery['user']>
type Identity = NonNullable<User['identities']>[number]

interface IdentitiesProps {
  readonly id: string
  readonly user: Pick<User, 'email' | 'identities' | 'removedIdentities'>
}

/** By what somebody signs in, and what was removed of it. */
export function Identities ({ id, user: { email, identities, removedIdentities } }: IdentitiesProps) {
  const { data: me } = useQuery(meQuery)
  const isOwn = me?.id === id
  const [removing, setRemoving] = useState<Identity | null>(null)
  const remove = useChange({
    change: async ({ issuer, subject }: Identity) => await ask(IdentityDeleteDocument, { id, data: { issuer, subject } }),
    done: (_result, identity) => `${isOwn ? 'You sign' : 'They sign'} in by ${providerOf(identity)} no more`,
    onDone: () => { setRemoving(null) }
  })
  const close = () => { setRemoving(null); remove.reset() }
  const removed = removedIdentities ?? []
  return (
    <section aria-labelledby='user-identities'>
      <Title order={2} size='h4' id='user-identities' mb='xs'>Signs in by</Title>
      {identities == null
        ? <Text c='dimmed'>You may not read by what they sign in.</Text>
        : identities.length === 0
          ? <Text>Nothing yet: the first verified token with this email{removed.length > 0 && ', of an account that was not removed,'} is bound to the user.</Text>
          : (
            <Stack>
              {identities.filter(({ emailDiffers }) => emailDiffers).map(identity => <DifferentEmail key={keyOf(identity)} identity={identity} ofUser={email ?? null} />)}
              <Accounts label='Signs in by' identities={identities} action={identity => <Button size='compact-sm' variant='default' aria-label={`Remove ${providerOf(identity)}, ${identity.email}`} onClick={() => { setRemoving(identity) }}>Remove</Button>} />
            </Stack>
            )}
      {removed.length > 0 && <Removed id={id} isOwn={isOwn} identities={removed} />}
      <Confirm
        opened={removing !== null} onClose={close} title={removing === null ? '' : `Remove ${providerOf(removing)}?`} action='Remove it' busy={remove.isPending} error={remove.error}
        onConfirm={() => { if (removing !== null) remove.mutate(removing) }}
      >
        {removing !== null && (isOwn
          ? <OwnConsequences identity={removing} />
          : <Consequences identity={removing} isLast={identities?.length === 1} email={email ?? null} />)}
      </Confirm>
    </section>
  )
}

function Consequences ({ identity, isLast, email }: { identity: Identity, isLast: boolean, email: string | null }) {
  return (
    <Stack gap='xs'>
      <Text size='sm'>Signing in by {providerOf(identity)} as <b>{identity.email}</b> is refused from now on, also where the email is verified. The account there stays; what they did stays in the activity.</Text>
      {isLast && <Text size='sm'>It is their last one. The user keeps id and roles, and waits for the owner of {email ?? 'its email'}: the first verified sign-in with it by another account is bound to the user.</Text>}
      <Text size='sm'>Who may do everything can restore it here.</Text>
    </Stack>
  )
}

function OwnConsequences ({ identity }: { identity: Identity }) {
  return (
    <Stack gap='xs'>
      <Text size='sm'>You sign in by {providerOf(identity)} as <b>{identity.email}</b> no more. If you have signed in by it now, sign in again by another one.</Text>
      <Text size='sm'>The account there stays. It is yours here again once you link it, by an app that has <Code>userIdentityLink</Code>, or an administrator restores it.</Text>
    </Stack>
  )
}

/** What does not come back by itself. */
function Removed ({ id, isOwn, identities }: { id: string, isOwn: boolean, identities: readonly Identity[] }) {
  const restore = useChange({
    change: async ({ issuer, subject }: Identity) => await ask(IdentityRestoreDocument, { id, data: { issuer, subject } }),
    done: (_result, identity) => `They sign in by ${providerOf(identity)} again`
  })
  return (
    <Stack mt='md' gap='xs'>
      <Title order={3} size='h5'>Removed</Title>
      <Text size='sm' c='dimmed'>Refused also where the email is verified, until {isOwn ? 'you link it again or an administrator restores it' : 'they link it again or it is restored'}.</Text>
      {restore.error !== null && <Problem error={restore.error} title='It was not restored' />}
      <Accounts label='Removed' identities={identities} action={isOwn ? null : identity => <Button size='compact-sm' variant='default' disabled={restore.isPending} aria-label={`Restore ${providerOf(identity)}, ${identity.email}`} onClick={() => { restore.mutate(identity) }}>Restore</Button>} />
    </Stack>
  )
}

interface AccountsProps {
  readonly label: string
  readonly identities: readonly Identity[]
  /** What can be done with one; `null` for nothing. */
  readonly action: ((identity: Identity) => ReactNode) | null
}

function Accounts ({ label, identities, action }: AccountsProps) {
  return (
    <Table aria-label={label}>
      <Table.Thead><Table.Tr><Table.Th miw='6rem'>Profile</Table.Th><Table.Th>Email there</Table.Th><Table.Th className='wide-only'>Subject</Table.Th>{action !== null && <Table.Th>What to do</Table.Th>}</Table.Tr></Table.Thead>
      <Table.Tbody>
        {identities.map(identity => (
          <Table.Tr key={keyOf(identity)}>
            <Table.Th scope='row'>{providerOf(identity)}</Table.Th>
            <Table.Td>
              {identity.email}{identity.emailVerified === true && ', verified'}
            </Table.Td>
            <Table.Td className='wide-only'><Code>{identity.subject}</Code></Table.Td>
            {action !== null && <Table.Td>{action(identity)}</Table.Td>}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

/** What is in the way of somebody whose provider has another email of them than their record. */
function DifferentEmail ({ identity, ofUser }: { identity: Identity, ofUser: string | null }) {
  const { profileId, email, emailVerified } = identity
  const provider = providerOf(identity)
  return (
    <Alert color='orange' icon={<IconAlertTriangle aria-hidden />} title={`${provider} knows them by another email`}>
      <Text size='sm'>
        {provider} says <b>{email}</b>{ofUser !== null && <>, and the record here says <b>{ofUser}</b></>}. Signing in with it is refused until the two agree.
      </Text>
      <Text size='sm' mt='xs'>Remedy, whichever is right:</Text>
      <List size='sm'>
        <List.Item>They have moved to {email}: change the email below{emailVerified !== true && ', once you are sure that it is theirs: the provider has not verified it'}.</List.Item>
        <List.Item>{ofUser ?? 'The email here'} is still right: they, or whoever runs {provider}, change it back there.</List.Item>
        <List.Item>
          Records are to follow the provider: choose “Change it here too, when it is verified” under “When the email changes at the provider”
          {profileId == null ? ' of its profile' : <> of <TextLink to='/authentication/$profileId' params={{ profileId }}>its profile</TextLink></>}.
        </List.Item>
      </List>
    </Alert>
  )
}

function providerOf ({ profileName, issuer }: Pick<Identity, 'profileName' | 'issuer'>): string {
  return profileName ?? issuer
}

function keyOf ({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): string {
  return `${issuer} ${subject}`
}
