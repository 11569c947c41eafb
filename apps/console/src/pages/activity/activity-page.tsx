import { Button, Code, Group, Select, Table, Text, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../../api/ask'
import { pageArguments, pageOf, type Place } from '../../api/page-of'
import { Empty } from '../../components/empty'
import { Loading } from '../../components/loading'
import { Moment } from '../../components/moment'
import { PageTitle } from '../../components/page-title'
import { Pager } from '../../components/pager'
import { Problem } from '../../components/problem'
import { SearchField } from '../../components/search-field'
import { graphql } from '../../graphql'
import type { ActivityQuery, AuditEventFilter } from '../../graphql/graphql'
import type { ActivitySearch } from '../../router'
import { PerDay } from './per-day'

const ActivityDocument = graphql(`
  query Activity($filter: AuditEventFilter, $first: Int, $last: Int, $after: String, $before: String) {
    auditEventsList(filter: $filter, first: $first, last: $last, after: $after, before: $before) {
      items { id createdAt actorKind actorId actorName action table recordId before after }
    }
  }
`)

type Event = ActivityQuery['auditEventsList']['items'][number]

const PAGE_SIZE = 50
const tables = ['Users', 'Roles', 'AuthenticationProfiles', 'AuthenticationSettings', 'ApiTokens']
const actions = ['create', 'invite', 'signUp', 'update', 'delete', 'administratorClaim', 'viewAs']

/** Sign-ins by day, and the audit log: who changed what and when, with the values before and after. */
export function ActivityPage () {
  const search = useSearch({ from: '/app/activity' })
  const navigate = useNavigate({ from: '/activity' })
  const { after, before, days, ...wanted } = search
  const kept = days === undefined ? {} : { days }
  const place = { after, before }
  const events = useQuery({
    queryKey: ['activity', 'events', wanted, place],
    queryFn: async () => (await ask(ActivityDocument, { filter: filterOf(wanted), ...pageArguments(place, PAGE_SIZE) })).auditEventsList.items,
    placeholderData: keepPreviousData
  })
  const page = events.data && pageOf(events.data, place, PAGE_SIZE)
  const narrow = (change: Partial<ActivitySearch>) => {
    navigate({ search: ({ after: _after, before: _before, ...rest }) => Object.fromEntries(Object.entries({ ...rest, ...change }).filter(([, value]) => value != null && value !== '')) as ActivitySearch, replace: true })
  }
  const go = (to: Place | null) => to === null ? null : () => { navigate({ search: { ...kept, ...wanted, ...to } as ActivitySearch }) }
  const filtered = Object.keys(wanted).length > 0
  return (
    <>
      <PageTitle title='Activity'>Sign-ins by day, and an audit log of changes made through the API or on the server itself. Entries can't be edited here.</PageTitle>
      <PerDay />
      <Title order={2} size='h4' mb='sm'>Audit log</Title>
      <Group component='search' mb='md' align='flex-end' gap='sm'>
        <Select label='Table' placeholder='All' clearable data={tables} value={search.table ?? null} onChange={table => { narrow({ table: table ?? undefined }) }} w={190} />
        <Select label='Action' placeholder='All' clearable data={actions} value={search.action ?? null} onChange={action => { narrow({ action: action ?? undefined }) }} w={130} />
        <SearchField label='Changed by' placeholder='Email or name' value={search.actor} onSearch={actor => { narrow({ actor }) }} w={190} />
        <SearchField label='Record ID' placeholder='ID' value={search.record} onSearch={record => { narrow({ record }) }} w={190} />
        <SearchField label='Since' type='date' value={search.since} onSearch={since => { narrow({ since }) }} w={150} />
      </Group>
      {events.isPending && <Loading />}
      {events.error !== null && <Problem error={events.error} title="Couldn't load the audit log" retry={() => { events.refetch() }} />}
      {page !== undefined && (page.items.length === 0
        ? <Empty title={filtered ? 'No matching entries' : 'No entries yet'}>{filtered && <Button variant='default' size='xs' onClick={() => { navigate({ search: kept }) }}>Clear filters</Button>}</Empty>
        : (
          <Table aria-label='Audit log'>
            <Table.Thead><Table.Tr><Table.Th className='wide-only'>When</Table.Th><Table.Th className='wide-only'>Who</Table.Th><Table.Th>Action</Table.Th><Table.Th><span className='wide-only'>Changes</span><span aria-hidden className='narrow-only'>±</span></Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{page.items.map(event => <EventRows key={event.id} event={event} />)}</Table.Tbody>
          </Table>
          ))}
      {page !== undefined && <Pager label='Pages of the audit log' onFirst={page.previous === null ? null : () => { navigate({ search: { ...kept, ...wanted } as ActivitySearch }) }} onPrevious={go(page.previous)} onNext={go(page.next)} />}
    </>
  )
}

function EventRows ({ event }: { event: Event }) {
  const [open, setOpen] = useState(false)
  const { id, createdAt, actorKind, actorName, actorId, action, table, recordId } = event
  const who = actorName ?? actorId ?? actorKind
  return (
    <>
      <Table.Tr>
        <Table.Td className='wide-only'><Moment at={createdAt} /></Table.Td>
        <Table.Td className='wide-only'>{who}</Table.Td>
        <Table.Td>
          <span style={{ whiteSpace: 'nowrap' }}>{action}</span> <Code>{table}</Code>
          <Text className='narrow-only' size='xs' c='dimmed'>{who}<br /><Moment at={createdAt} /></Text>
        </Table.Td>
        <Table.Td><Button size='compact-sm' variant='default' aria-expanded={open} aria-controls={`event-${id}`} aria-label={`${open ? 'Hide' : 'Show'} changes: ${action} ${table} ${recordId}`} onClick={() => { setOpen(!open) }}>{open ? 'Hide' : 'Show'}</Button></Table.Td>
      </Table.Tr>
      <Table.Tr id={`event-${id}`} hidden={!open}>{open && <Table.Td colSpan={4}><Difference event={event} /></Table.Td>}</Table.Tr>
    </>
  )
}

/** The fields whose values changed. */
function Difference ({ event: { action, recordId, before, after } }: { event: Event }) {
  const [was, is] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>]
  const fields = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(field => JSON.stringify(was[field]) !== JSON.stringify(is[field]))
  return (
    <>
      <p>Record <Code>{recordId}</Code>{before == null && after == null && (action === 'viewAs' ? ': someone viewed the data as this user or API token. Nothing was changed.' : ': you don\'t have permission to see its values.')}</p>
      {fields.length > 0 && (
        <Table aria-label={`Changes to ${recordId}`} withTableBorder>
          <Table.Thead><Table.Tr><Table.Th>Field</Table.Th><Table.Th>Before</Table.Th><Table.Th>After</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>{fields.map(field => <Table.Tr key={field}><Table.Th scope='row'>{field}</Table.Th><Table.Td><Value of={was[field]} /></Table.Td><Table.Td><Value of={is[field]} /></Table.Td></Table.Tr>)}</Table.Tbody>
        </Table>
      )}
    </>
  )
}

function Value ({ of }: { of: unknown }) {
  if (of == null) return <>–</>
  return <Code block={typeof of === 'object'} style={{ whiteSpace: 'pre-wrap' }}>{typeof of === 'string' ? of : JSON.stringify(of, null, 1)}</Code>
}

/** When a day begins by the browser's clock, like all times on this page. */
function startOf (day: string): string {
  const start = new Date(`${day}T00:00:00`)
  // An address can have anything: the API explains what it doesn't accept.
  return Number.isNaN(start.getTime()) ? day : start.toISOString()
}

function filterOf ({ table, action, actor, record, since }: ActivitySearch): AuditEventFilter | null {
  const filter: AuditEventFilter = {
    ...table !== undefined && { table: { equals: table } },
    ...action !== undefined && { action: { equals: action } },
    ...actor !== undefined && { actorName: { contains: actor } },
    ...record !== undefined && { recordId: { equals: record } },
    ...since !== undefined && { createdAt: { gte: startOf(since) } }
  }
  return Object.keys(filter).length === 0 ? null : filter
}
