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
      items { id name expiresAt lastUsedAt revokedAt createdAt updatedAt roles { items { id name } } createdBy { email } }
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

/** The API tokens: secrets with roles, with which servers use the API. */
export function ApiTokensPage () {
  const place = useSearch({ from: '/app/api-tokens' })
  const navigate = useNavigate({ from: '/api-tokens' })
  const tokens = useQuery({ queryKey: ['api tokens', place], queryFn: async () => (await ask(ApiTokensDocument, pageArguments(place, PAGE_SIZE))).apiTokensList.items })
  const [creating, { open, close }] = useDisclosure(false)
  const [edited, setEdited] = useState<ApiToken | null>(null)
  const [ending, setEnding] = useState<ApiToken | null>(null)
  const revoke = useChange({
    change: async (id: string) => await ask(ApiTokenDeleteDocument, { id }),
    done: 'API token revoked',
    onDone: () => { setEnding(null) }
  })
  const page = tokens.data && pageOf(tokens.data, place, PAGE_SIZE)
  const go = (to: Place | null) => to === null ? null : () => { navigate({ search: to as { after?: string, before?: string } }) }
  return (
    <>
      <PageTitle title='API tokens' actions={<Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>New API token</Button>}>
        An API token is a secret with roles but no user, for servers and scripts. It keeps working if the user who created it is deleted.
      </PageTitle>
      {tokens.isPending && <Loading />}
      {tokens.error !== null && <Problem error={tokens.error} title="Couldn't load API tokens" retry={() => { tokens.refetch() }} />}
      {page !== undefined && (page.items.length === 0
        ? <Empty title='No API tokens'>Create one for each server that uses the API, with only the roles that it needs.</Empty>
        : (
          <Table aria-label='API tokens'>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th><Table.Th miw='5.5rem'>Roles</Table.Th><Table.Th className='wide-only'>Expires</Table.Th><Table.Th className='wide-only'>Last used</Table.Th>
                <Table.Th>Actions</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {page.items.map(token => (
                <Table.Tr key={token.id}>
                  <Table.Th scope='row'>
                    {token.name} <State token={token} />
                    <Text className='narrow-only' size='xs' c='dimmed' fw={400}>Expires: <Moment at={token.expiresAt} never='never' /><br />Last used: <Moment at={token.lastUsedAt} never='never' /></Text>
                  </Table.Th>
                  <Table.Td><RoleBadges roles={token.roles} /></Table.Td>
                  <Table.Td className='wide-only'><Moment at={token.expiresAt} never='Never' /></Table.Td>
                  <Table.Td className='wide-only'><Moment at={token.lastUsedAt} never='Never' /></Table.Td>
                  <Table.Td>
                    <Button size='compact-sm' variant='default' m={2} aria-label={`Edit ${token.name}`} onClick={() => { setEdited(token) }}>Edit</Button>
                    <Button size='compact-sm' variant='default' m={2} aria-label={`Revoke ${token.name}`} onClick={() => { revoke.reset(); setEnding(token) }}>Revoke</Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          ))}
      {page !== undefined && <Pager label='Pages of API tokens' onFirst={page.previous === null ? null : () => { navigate({ search: {} }) }} onPrevious={go(page.previous)} onNext={go(page.next)} />}
      <TokenDialog opened={creating} token={null} onClose={close} onOutdated={close} />
      <TokenDialog opened={edited !== null} token={edited} onClose={() => { setEdited(null) }} onOutdated={() => { setEdited(null); tokens.refetch() }} />
      <Confirm opened={ending !== null} onClose={() => { setEnding(null) }} title={`Revoke ${ending?.name ?? ''}?`} action='Revoke token' busy={revoke.isPending} error={revoke.error} onConfirm={() => { if (ending?.id != null) revoke.mutate(ending.id) }}>
        Anything that uses it is refused from its next request on, on every instance of the app. This can't be undone. The audit log keeps a record of the token.
      </Confirm>
    </>
  )
}

function State ({ token: { expiresAt, revokedAt } }: { token: ApiToken }) {
  const state = revokedAt != null ? 'Revoked' : expiresAt != null && Date.parse(expiresAt) <= Date.now() ? 'Expired' : null
  return state === null ? null : <Badge variant='outline' color='gray' c='var(--mantine-color-text)' tt='none'>{state}</Badge>
}
