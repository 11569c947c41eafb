import { Badge, Button, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../../api/ask'
import { pageArguments, pageOf, type Place } from '../../api/page-of'
import { useChange } from '../../api/use-change'
import { Confirm } from '../../components/confirm'
import { Empty } from '../../components/empty'
import { Loading } from '../../components/loading'
import { Moment } from '../../components/moment'
import { PageTitle } from '../../components/page-title'
import { Pager } from '../../components/pager'
import { Problem } from '../../components/problem'
import { RoleBadges } from '../../components/role-badges'
import { graphql } from '../../graphql'
import type { ApiTokensQuery } from '../../graphql/graphql'
import { TokenDialog } from './token-dialog'

const ApiTokensDocument = graphql(`
  query ApiTokens($first: Int, $last: Int, $after: String, $before: String) {
    apiTokensList(first: $first, last: $last, after: $after, before: $before) {
      items { id name expiresAt lastUsedAt revokedAt createdAt roles { items { id name } } createdBy { email } }
    }
  }
`)

const ApiTokenDeleteDocument = graphql(`
  mutation ApiTokenDelete($id: ID!) {
    apiTokenDelete(filter: { id: $id }) { success }
  }
`)

export type ApiToken = ApiTokensQuery['apiTokensList']['items'][number]

const PAGE_SIZE = 50

/** The secrets by which servers use the API, and what each may do. */
export function ApiTokensPage () {
  const place = useSearch({ from: '/app/api-tokens' })
  const navigate = useNavigate({ from: '/api-tokens' })
  const tokens = useQuery({ queryKey: ['api tokens', place], queryFn: async () => (await ask(ApiTokensDocument, pageArguments(place, PAGE_SIZE))).apiTokensList.items })
  const [creating, { open, close }] = useDisclosure(false)
  const [edited, setEdited] = useState<ApiToken | null>(null)
  const [ending, setEnding] = useState<ApiToken | null>(null)
  const revoke = useChange({
    change: async (id: string) => await ask(ApiTokenDeleteDocument, { id }),
    done: 'The API token works no more',
    onDone: () => { setEnding(null) }
  })
  const page = tokens.data && pageOf(tokens.data, place, PAGE_SIZE)
  const go = (to: Place | null) => to === null ? null : () => { navigate({ search: to as { after?: string, before?: string } }) }
  return (
    <>
      <PageTitle title='API tokens' actions={<Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>New API token</Button>}>
        A secret with roles and no user, for servers and scripts. It outlives whoever made it.
      </PageTitle>
      {tokens.isPending && <Loading />}
      {tokens.error !== null && <Problem error={tokens.error} title='The API tokens cannot be shown' retry={() => { tokens.refetch() }} />}
      {page !== undefined && (page.items.length === 0
        ? <Empty title='No API tokens'>Make one for each server that uses the API, with the roles that it needs and no more.</Empty>
        : (
          <Table aria-label='API tokens'>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th><Table.Th>Roles</Table.Th><Table.Th className='wide-only'>Ends</Table.Th><Table.Th className='wide-only'>Last used</Table.Th>
                <Table.Th>What to do</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {page.items.map(token => (
                <Table.Tr key={token.id}>
                  <Table.Th scope='row'>
                    {token.name} <State token={token} />
                    <Text className='narrow-only' size='xs' c='dimmed' fw={400}>ends: <Moment at={token.expiresAt} never='never' /><br />used: <Moment at={token.lastUsedAt} never='never' /></Text>
                  </Table.Th>
                  <Table.Td><RoleBadges roles={token.roles} /></Table.Td>
                  <Table.Td className='wide-only'><Moment at={token.expiresAt} never='never' /></Table.Td>
                  <Table.Td className='wide-only'><Moment at={token.lastUsedAt} never='never' /></Table.Td>
                  <Table.Td>
                    <Button size='compact-sm' variant='default' m={2} aria-label={`Change ${token.name}`} onClick={() => { setEdited(token) }}>Change</Button>
                    <Button size='compact-sm' variant='default' m={2} aria-label={`Revoke ${token.name}`} onClick={() => { revoke.reset(); setEnding(token) }}>Revoke</Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          ))}
      {page !== undefined && <Pager label='Pages of API tokens' onFirst={page.previous === null ? null : () => { navigate({ search: {} }) }} onPrevious={go(page.previous)} onNext={go(page.next)} />}
      <TokenDialog opened={creating} token={null} onClose={close} />
      <TokenDialog opened={edited !== null} token={edited} onClose={() => { setEdited(null) }} />
      <Confirm opened={ending !== null} onClose={() => { setEnding(null) }} title={`Revoke ${ending?.name ?? ''}?`} action='Revoke it' busy={revoke.isPending} error={revoke.error} onConfirm={() => { if (ending?.id != null) revoke.mutate(ending.id) }}>
        Whatever uses it is refused from the next request on, in every copy of the app. This cannot be undone; the activity keeps that it was there.
      </Confirm>
    </>
  )
}

function State ({ token: { expiresAt, revokedAt } }: { token: ApiToken }) {
  const state = revokedAt != null ? 'revoked' : expiresAt != null && Date.parse(expiresAt) <= Date.now() ? 'expired' : null
  return state === null ? null : <Badge variant='outline' color='gray' c='var(--mantine-color-text)' tt='none'>{state}</Badge>
}
