import { Alert, Button, Code, Group, List, Stack, Table, Text, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ask } from '../../api/ask'
import { meQuery } from '../../api/me'
import { useChange } from '../../api/use-change'
import { Confirm } from '../../components/confirm'
import { Dialog } from '../../components/dialog'
import { TextLink } from '../../components/links'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { UserQuery } from '../../graphql/graphql'
import { isSignInTooOld, LinkAccount, LinkResult, SignInAgain } from './link-account'

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

/** The user's sign-in methods (identities), and the removed ones. */
export function Identities ({ id, user: { email, identities, removedIdentities } }: IdentitiesProps) {
  const { data: me } = useQuery(meQuery)
  const isOwn = me?.id === id
  const [removing, setRemoving] = useState<Identity | null>(null)
  const remove = useChange({
    change: async ({ issuer, subject }: Identity) => await ask(IdentityDeleteDocument, { id, data: { issuer, subject } }),
    done: (_result, identity) => `${isOwn ? 'You' : 'They'} can no longer sign in with this ${providerOf(identity)} account`,
    onDone: () => { setRemoving(null) }
  })
  const mustSignInAgain = isOwn && isSignInTooOld(remove.error)
  const close = () => { setRemoving(null); remove.reset() }
  const removed = removedIdentities ?? []
  return (
    <section aria-labelledby='user-identities'>
      <Group justify='space-between' mb='xs'>
        <Title order={2} size='h4' id='user-identities'>Sign-in methods</Title>
        {isOwn && <LinkAccount userId={id} email={email ?? null} />}
      </Group>
      {isOwn && <LinkResult userId={id} email={email ?? null} />}
      {identities == null
        ? <Text c='dimmed'>You don't have permission to see this user's sign-in methods.</Text>
        : identities.length === 0
          ? <Text>None yet. The first verified sign-in with this email{removed.length > 0 && ', by an account that was not removed,'} is linked to the user.</Text>
          : (
            <Stack>
              {identities.filter(({ emailDiffers }) => emailDiffers).map(identity => <DifferentEmail key={keyOf(identity)} identity={identity} ofUser={email ?? null} />)}
              <Accounts label='Sign-in methods' identities={identities} action={identity => <Button size='compact-sm' variant='default' aria-label={`Remove ${providerOf(identity)}, ${identity.email}`} onClick={() => { setRemoving(identity) }}>Remove</Button>} />
            </Stack>
            )}
      {removed.length > 0 && <Removed id={id} isOwn={isOwn} identities={removed} />}
      <Confirm
        opened={removing !== null && !mustSignInAgain} onClose={close} title={removing === null ? '' : `Remove ${providerOf(removing)}?`} action='Remove sign-in method' busy={remove.isPending} error={remove.error}
        onConfirm={() => { if (removing !== null) remove.mutate(removing) }}
      >
        {removing !== null && (isOwn
          ? <OwnConsequences identity={removing} />
          : <Consequences identity={removing} isLast={identities?.length === 1} email={email ?? null} />)}
      </Confirm>
      <Dialog opened={removing !== null && mustSignInAgain} onClose={close} title='Sign in again first'>
        <Stack>
          <Text size='sm'>For your security, removing a sign-in method requires that you have signed in within the last 15 minutes. Sign in again. You then come back to this page and can remove it.</Text>
          <SignInAgain returnTo={`/users/${id}`} email={email ?? null} />
        </Stack>
      </Dialog>
    </section>
  )
}

function Consequences ({ identity, isLast, email }: { identity: Identity, isLast: boolean, email: string | null }) {
  return (
    <Stack gap='xs'>
      <Text size='sm'>From now on, signing in with {providerOf(identity)} as <b>{identity.email}</b> is refused, even if the email is verified. The account at the provider and the user's activity are kept.</Text>
      {isLast && <Text size='sm'>This is their last sign-in method. The user keeps its ID and roles and waits for the owner of {email ?? 'its email'}: the first verified sign-in with that email by another account is linked to the user.</Text>}
      <Text size='sm'>An administrator with full access can restore it here.</Text>
    </Stack>
  )
}

function OwnConsequences ({ identity }: { identity: Identity }) {
  return (
    <Stack gap='xs'>
      <Text size='sm'>You will no longer be able to sign in with {providerOf(identity)} as <b>{identity.email}</b>. If you're signed in with it now, sign in again with another method.</Text>
      <Text size='sm'>The account at the provider is kept. To use it here again, link it, or ask an administrator to restore it.</Text>
    </Stack>
  )
}

/** The removed sign-in methods: they are not linked again automatically. */
function Removed ({ id, isOwn, identities }: { id: string, isOwn: boolean, identities: readonly Identity[] }) {
  const restore = useChange({
    change: async ({ issuer, subject }: Identity) => await ask(IdentityRestoreDocument, { id, data: { issuer, subject } }),
    done: (_result, identity) => `They can sign in with this ${providerOf(identity)} account again`
  })
  return (
    <Stack mt='md' gap='xs'>
      <Title order={3} size='h5'>Removed</Title>
      <Text size='sm' c='dimmed'>Sign-ins are refused, even with a verified email, until {isOwn ? 'you link' : 'they link'} the account again or an administrator restores it.</Text>
      {restore.error !== null && <Problem error={restore.error} title="Couldn't restore the sign-in method" />}
      <Accounts label='Removed sign-in methods' identities={identities} action={isOwn ? null : identity => <Button size='compact-sm' variant='default' disabled={restore.isPending} aria-label={`Restore ${providerOf(identity)}, ${identity.email}`} onClick={() => { restore.mutate(identity) }}>Restore</Button>} />
    </Stack>
  )
}

interface AccountsProps {
  readonly label: string
  readonly identities: readonly Identity[]
  /** The button for an identity; `null` for none. */
  readonly action: ((identity: Identity) => ReactNode) | null
}

function Accounts ({ label, identities, action }: AccountsProps) {
  return (
    <Table aria-label={label}>
      <Table.Thead><Table.Tr><Table.Th miw='6rem'>Profile</Table.Th><Table.Th>Email at the provider</Table.Th><Table.Th className='wide-only'>Subject</Table.Th>{action !== null && <Table.Th>Actions</Table.Th>}</Table.Tr></Table.Thead>
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

/** Warns that the email at the provider differs from the record's, and explains how to fix it. */
function DifferentEmail ({ identity, ofUser }: { identity: Identity, ofUser: string | null }) {
  const { profileId, email, emailVerified } = identity
  const provider = providerOf(identity)
  return (
    <Alert color='orange' icon={<IconAlertTriangle aria-hidden />} title={`${provider} has a different email for this user`}>
      <Text size='sm'>
        {provider} has <b>{email}</b>{ofUser !== null && <>, and the record here has <b>{ofUser}</b></>}. Signing in with it is refused until the two match.
      </Text>
      <Text size='sm' mt='xs'>How to fix it:</Text>
      <List size='sm'>
        <List.Item>If {email} is their new email, change the email below{emailVerified !== true && '. First make sure that it is theirs: the provider has not verified it'}.</List.Item>
        <List.Item>If {ofUser ?? 'the email here'} is still right, they or an administrator of {provider} must change it back there.</List.Item>
        <List.Item>
          If records should follow the provider, choose “Update it here too, if verified” under “When the email changes at the provider”
          {profileId == null ? ' in its profile' : <> in <TextLink to='/authentication/$profileId' params={{ profileId }}>its profile</TextLink></>}.
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
