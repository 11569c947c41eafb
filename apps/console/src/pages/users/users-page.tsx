import { Button, Group, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconSearch, IconUserPlus } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ask } from '../../api/ask'
import { pageArguments, pageOf, type Place } from '../../api/page-of'
import { Empty } from '../../components/empty'
import { TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { Moment } from '../../components/moment'
import { PageTitle } from '../../components/page-title'
import { Pager } from '../../components/pager'
import { Problem } from '../../components/problem'
import { RoleBadges } from '../../components/role-badges'
import { SearchField } from '../../components/search-field'
import { SortHeader } from '../../components/sort-header'
import { graphql } from '../../graphql'
import type { UserFilter, UserSort } from '../../graphql/graphql'
import type { UsersSearch } from '../../router'
import { InviteDialog } from './invite-dialog'

const UsersDocument = graphql(`
  query Users($filter: UserFilter, $sort: [UserSort!], $first: Int, $last: Int, $after: String, $before: String) {
    usersList(filter: $filter, sort: $sort, first: $first, last: $last, after: $after, before: $before) {
      items { id email firstName lastName origin createdAt roles { items { id name } } }
    }
  }
`)

const UsersCountDocument = graphql(`
  query UsersCount($filter: UserFilter) {
    usersList(filter: $filter, first: 1) { count }
  }
`)

const PAGE_SIZE = 50
const columns = ['email', 'lastName', 'createdAt'] as const
type Column = typeof columns[number]

/** The users that the signed-in user can read. */
export function UsersPage () {
  const search = useSearch({ from: '/app/users' })
  const navigate = useNavigate({ from: '/users' })
  const [inviting, { open, close }] = useDisclosure(false)
  const filter = filterOf(search.q)
  const sort = sortOf(search.sort)
  const users = useQuery({
    queryKey: ['users', search],
    queryFn: async () => (await ask(UsersDocument, { filter, sort: sort === null ? null : [{ [sort.column]: sort.direction } as UserSort], ...pageArguments(search, PAGE_SIZE) })).usersList.items,
    placeholderData: keepPreviousData
  })
  // Counting reads every record, so it is a separate query that doesn't delay the page.
  const count = useQuery({ queryKey: ['users', 'count', search.q], queryFn: async () => (await ask(UsersCountDocument, { filter })).usersList.count })

  const show = (change: Partial<UsersSearch>) => { navigate({ search: ({ q, sort }) => ({ ...q !== undefined && { q }, ...sort !== undefined && { sort }, ...change }) }) }
  const find = (q: string) => {
    navigate({ search: ({ sort }) => ({ ...q !== '' && { q }, ...sort !== undefined && { sort } }), replace: true })
  }
  const sortBy = (column: Column) => { show({ sort: sort?.column === column && sort.direction === 'ASC' ? `-${column}` : column }) }
  const head = (column: Column, text: string, className?: string) =>
    <SortHeader direction={sort?.column === column ? sort.direction : null} onSort={() => { sortBy(column) }} className={className}>{text}</SortHeader>
  const page = users.data && pageOf(users.data, search, PAGE_SIZE)
  const go = (place: Place | null) => place === null ? null : () => { show(place as Partial<UsersSearch>) }

  return (
    <>
      <PageTitle title='Users' actions={<Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={open}>Invite</Button>}>
        The people with a record in this app. They sign in at a provider; the record determines their roles.
      </PageTitle>
      <Group mb='md' align='flex-end'>
        <SearchField label='Search' description='Searches emails and names. Names are case-sensitive.' value={search.q} onSearch={find} leftSection={<IconSearch size={16} aria-hidden />} style={{ flexGrow: 1 }} maw={420} />
        <Text size='sm' c='dimmed' role='status' pb={8}>{count.data === undefined ? '' : `${count.data.toLocaleString()} ${count.data === 1 ? 'user' : 'users'}`}</Text>
      </Group>
      {users.isPending && <Loading />}
      {users.error !== null && <Problem error={users.error} title="Couldn't load users" retry={() => { users.refetch() }} />}
      {page !== undefined && (page.items.length === 0
        ? (
          <Empty title={search.q === undefined ? 'No users' : `No users match “${search.q}”`}>
            {search.after !== undefined || search.before !== undefined ? <TextLink to='/users'>Go to the first page</TextLink> : search.q === undefined && 'Invite a user, or allow sign-up in an authentication profile.'}
          </Empty>
          )
        : (
          <Table aria-label='Users' aria-busy={users.isPlaceholderData}>
            <Table.Thead>
              <Table.Tr>
                {head('email', 'Email')}
                {head('lastName', 'Name')}
                <Table.Th className='wide-only'>Roles</Table.Th>
                {head('createdAt', 'Created', 'wide-only')}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {page.items.map(user => (
                <Table.Tr key={user.id}>
                  <Table.Td>{user.id == null ? user.email : <TextLink to='/users/$userId' params={{ userId: user.id }}>{user.email ?? user.id}</TextLink>}</Table.Td>
                  <Table.Td>{[user.firstName, user.lastName].filter(Boolean).join(' ')}</Table.Td>
                  <Table.Td className='wide-only'><RoleBadges roles={user.roles} /></Table.Td>
                  <Table.Td className='wide-only'><Moment at={user.createdAt} /></Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          ))}
      {page !== undefined && <Pager label='Pages of users' onFirst={page.previous === null ? null : () => { show({}) }} onPrevious={go(page.previous)} onNext={go(page.next)} />}
      <InviteDialog opened={inviting} onClose={close} />
    </>
  )
}

/** Searches the email and both names. */
function filterOf (q: string | undefined): UserFilter | null {
  return q === undefined ? null : { OR: [{ email: { contains: q.toLowerCase() } }, { firstName: { contains: q } }, { lastName: { contains: q } }] }
}

/** Parses `lastName` (ascending) or `-lastName` (descending). */
function sortOf (text: string | undefined): { column: Column, direction: 'ASC' | 'DESC' } | null {
  const column = columns.find(name => name === text?.replace(/^-/, ''))
  return column === undefined ? null : { column, direction: text?.startsWith('-') === true ? 'DESC' : 'ASC' }
}
