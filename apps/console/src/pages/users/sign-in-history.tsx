import { Table, Text, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../../api/ask'
import { pageArguments, pageOf, type Place } from '../../api/page-of'
import { Loading } from '../../components/loading'
import { Moment } from '../../components/moment'
import { Pager } from '../../components/pager'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'

const SignInsDocument = graphql(`
  query SignIns($userId: ID!, $first: Int, $last: Int, $after: String, $before: String) {
    signInsList(filter: { userId: { equals: $userId } }, first: $first, last: $last, after: $after, before: $before) {
      items { id createdAt profileName issuer ip userAgent }
    }
  }
`)

const PAGE_SIZE = 10

/** A user's recorded sign-ins, newest first. */
export function SignInHistory ({ userId }: { userId: string }) {
  const [place, setPlace] = useState<Place>({})
  const signIns = useQuery({
    queryKey: ['users', 'sign-ins', userId, place],
    queryFn: async () => (await ask(SignInsDocument, { userId, ...pageArguments(place, PAGE_SIZE) })).signInsList.items,
    placeholderData: keepPreviousData
  })
  const page = signIns.data && pageOf(signIns.data, place, PAGE_SIZE)
  const go = (to: Place | null) => to === null ? null : () => { setPlace(to) }
  return (
    <section aria-labelledby='user-sign-ins'>
      <Title order={2} size='h4' id='user-sign-ins' mb='xs'>Sign-ins</Title>
      {signIns.isPending && <Loading />}
      {signIns.error !== null && <Problem error={signIns.error} title="Couldn't load sign-ins" retry={() => { signIns.refetch() }} />}
      {page !== undefined && (page.items.length === 0
        ? <Text>No recorded sign-ins. The server keeps them only for a limited time.</Text>
        : (
          <Table aria-labelledby='user-sign-ins' fz='sm' styles={{ td: { overflowWrap: 'break-word' }, th: { overflowWrap: 'break-word' } }}>
            <Table.Thead><Table.Tr><Table.Th>When</Table.Th><Table.Th>Profile</Table.Th><Table.Th>IP address</Table.Th><Table.Th className='wide-only'>User agent</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {page.items.map(({ id, createdAt, profileName, issuer, ip, userAgent }) => (
                <Table.Tr key={id}>
                  <Table.Td><Moment at={createdAt} /></Table.Td>
                  <Table.Td>{profileName ?? issuer ?? '–'}</Table.Td>
                  <Table.Td>{ip?.replaceAll(':', ':\u200b') ?? '–'}</Table.Td>
                  <Table.Td className='wide-only'>{userAgent ?? '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          ))}
      {page !== undefined && <Pager label='Pages of sign-ins' onFirst={page.previous === null ? null : () => { setPlace({}) }} onPrevious={go(page.previous)} onNext={go(page.next)} />}
    </section>
  )
}
