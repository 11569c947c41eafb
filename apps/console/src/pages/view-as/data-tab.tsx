import { Alert, Button, Group, List, NativeSelect, Stack, Table, Text } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ApiError } from '../../api/api-error'
import { ask, askAs, type ViewedAs } from '../../api/ask'
import { resourcesQuery } from '../../api/resources'
import { schemaQuery } from '../../api/schema'
import { tableListOf, type ListedRecord, type TableList } from '../../api/table-list'
import { Empty } from '../../components/empty'
import { FieldValue } from '../../components/field-value'
import { Loading } from '../../components/loading'
import { Pager } from '../../components/pager'
import { Problem } from '../../components/problem'
import { SortHeader } from '../../components/sort-header'
import { graphql } from '../../graphql'
import type { ReadingQuery } from '../../graphql/graphql'
import { Remedy } from '../why/remedy'

const ReadingDocument = graphql(`
  query Reading($subject: PermissionSubject!, $table: String!) {
    permissionExplain(subject: $subject, action: "read", table: $table) {
      allowed remedy remedyRoleId
      steps { step ok message }
      roles { roleId roleName allowed reason fields }
    }
  }
`)

const PAGE_SIZE = 25

/** The records of a table, as the subject sees them. */
export function DataTab ({ subject }: { subject: ViewedAs }) {
  const { table: wanted, ...place } = useSearch({ from: '/app/view-as' })
  const navigate = useNavigate({ from: '/view-as' })
  const resources = useQuery(resourcesQuery)
  const schema = useQuery(schemaQuery)
  if (resources.isPending || schema.isPending) return <Loading />
  const failed = (
    <>
      {resources.error !== null && <Problem error={resources.error} title="Couldn't load tables" retry={() => { resources.refetch() }} />}
      {schema.error !== null && <Problem error={schema.error} title="Couldn't load the API schema" retry={() => { schema.refetch() }} />}
    </>
  )
  if (resources.data === undefined || schema.data === undefined) return <Stack>{failed}</Stack>
  const listed = resources.data.tables.flatMap(table => {
    const list = tableListOf(schema.data.schema, table, table.list)
    return list === null ? [] : [{ name: table.name, list }]
  })
  const table = listed.find(({ name }) => name === wanted) ?? listed.find(({ name }) => name === 'Users') ?? listed[0]
  if (table === undefined) return <Empty title='The API lists no tables' />
  return (
    <Stack>
      {failed}
      <NativeSelect label='Table' data={listed.map(({ name }) => name)} value={table.name} maw={320} onChange={event => { navigate({ search: ({ as, tab }) => ({ as, tab, table: event.currentTarget.value }) }) }} />
      <Records key={table.name} subject={subject} table={table.name} list={table.list} sort={place.sort} skip={Number(place.skip ?? 0)} />
    </Stack>
  )
}

interface RecordsProps {
  subject: ViewedAs
  table: string
  list: TableList
  /** "<field>_ASC" or "<field>_DESC". */
  sort: string | undefined
  skip: number
}

function Records ({ subject, table, list, sort, skip }: RecordsProps) {
  const navigate = useNavigate({ from: '/view-as' })
  const [, sorted = null, direction = null] = /^(.*)_(ASC|DESC)$/.exec(sort ?? '') ?? []
  const reading = useQuery({ queryKey: ['view as', subject, table, 'reading'], queryFn: async () => (await ask(ReadingDocument, { subject, table })).permissionExplain })
  const page = useQuery({
    queryKey: ['view as', subject, table, sort, skip],
    queryFn: async () => await pageAs(subject, list, { skip, sort: sorted === null ? [] : [{ [sorted]: direction as 'ASC' | 'DESC' }] }),
    placeholderData: keepPreviousData
  })
  if (page.error !== null && isRefusedToSubject(page.error)) return <RefusedToSubject error={page.error} table={table} reading={reading.data} onUnsort={sorted === null ? null : () => { navigate({ search: ({ sort: _sort, skip: _skip, ...others }) => others }) }} />
  if (page.isPending || reading.isPending) return <Loading />
  const failed = page.error !== null && <Problem error={page.error} title="Couldn't load the records" retry={() => { page.refetch() }} />
  if (page.data === undefined) return failed
  const { count, items, own } = page.data
  const readable = readableFields(reading.data)
  const go = (to: number | null) => to === null ? null : () => { navigate({ search: before => ({ ...before, skip: to === 0 ? undefined : String(to) }) }) }
  const sortBy = (name: string) => { navigate({ search: before => ({ ...before, skip: undefined, sort: `${name}_${sorted === name && direction === 'ASC' ? 'DESC' : 'ASC'}` }) }) }
  return (
    <>
      {failed}
      <Text role='status'>{count === 0 ? 'No records' : count === 1 ? '1 record' : `${count.toLocaleString()} records`}{count > PAGE_SIZE && `, showing ${skip + 1} to ${Math.min(skip + PAGE_SIZE, count)}`}</Text>
      {items.length === 0
        ? <Empty title={`No records of ${table} that they have permission to read`}>{reading.data?.roles.filter(({ allowed }) => allowed).map(({ roleName, reason }) => <p key={roleName}>{roleName} {reason}</p>)}</Empty>
        : (
          <Table.ScrollContainer minWidth={list.columns.length * 110} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': `Records of ${table}, scrollable` } }}>
            <Table aria-label={`Records of ${table}`} fz='sm' styles={{ th: { whiteSpace: 'nowrap' }, td: { overflowWrap: 'break-word' } }}>
              <Table.Thead>
                <Table.Tr>
                  {list.columns.map(({ name, sortable }) => {
                    const heard = readable === null || readable.has(name)
                    return sortable && heard
                      ? <SortHeader key={name} direction={sorted === name ? direction as 'ASC' | 'DESC' : null} onSort={() => { sortBy(name) }}>{name}</SortHeader>
                      : <Table.Th key={name}>{name}</Table.Th>
                  })}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((item, index) => (
                  <Table.Tr key={index}>
                    {list.columns.map(({ name }) => <Table.Td key={name}><SeenValue seen={item[name]} there={own.get(String(item.id))?.[name]} readable={readable === null || readable.has(name)} /></Table.Td>)}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          )}
      <Pager label='Pages of the records' onFirst={skip === 0 ? null : go(0)} onPrevious={skip === 0 ? null : go(Math.max(0, skip - PAGE_SIZE))} onNext={skip + PAGE_SIZE >= count ? null : go(skip + PAGE_SIZE)} />
    </>
  )
}

/** The API returns null both for fields that can't be read and for empty ones. The administrator's own view tells which it is. */
function SeenValue ({ seen, there, readable }: { seen: unknown, there: unknown, readable: boolean }) {
  if (seen == null && (!readable || there != null)) return <Text span size='sm' c='dimmed' fs='italic' style={{ whiteSpace: 'nowrap' }}><IconLock size={12} aria-hidden /> not readable</Text>
  return <FieldValue of={seen} />
}

interface SeenPage {
  count: number
  items: readonly ListedRecord[]
  /** The same records as the signed-in administrator sees them, by id. */
  own: ReadonlyMap<string, ListedRecord>
}

async function pageAs (subject: ViewedAs, list: TableList, { sort, skip }: { sort: Record<string, 'ASC' | 'DESC'>[], skip: number }): Promise<SeenPage> {
  const columns = list.columns.map(({ name }) => name)
  const document = list.document(columns)
  const { list: { count, items } } = await askAs(subject, document, { sort, skip, first: PAGE_SIZE })
  const ids = items.flatMap(({ id }) => typeof id === 'string' ? [id] : [])
  const own = ids.length === 0 ? [] : (await ask(document, { filter: { id: { in: ids } }, first: PAGE_SIZE })).list.items
  return { count, items, own: new Map(own.map(item => [String(item.id), item])) }
}

type Reading = ReadingQuery['permissionExplain']

/** The fields that any role makes readable for any record; null for all. */
function readableFields (reading: Pick<Reading, 'roles'> | undefined): ReadonlySet<string> | null {
  const allowing = reading?.roles.filter(({ allowed }) => allowed) ?? []
  return allowing.length === 0 || allowing.some(({ fields }) => fields == null) ? null : new Set(allowing.flatMap(({ fields }) => fields ?? []))
}

/** Whether the refusal concerns the subject, and not the signed-in user. */
function isRefusedToSubject (error: Error): error is ApiError {
  return error instanceof ApiError && error.code === 'NotAuthorizedError' && error.details.resource !== '*'
}

function RefusedToSubject ({ error, table, reading, onUnsort }: { error: ApiError, table: string, reading: Reading | undefined, onUnsort: (() => void) | null }) {
  const { field } = error.details as { field?: string }
  return (
    <Stack>
      <Alert role='alert' color='orange' icon={<IconLock aria-hidden />} title='They would be refused access'>
        <Text size='sm'>None of their roles allows reading {field === undefined ? table : `the field ${field} of ${table}, which this sort order needs`}.</Text>
        {reading !== undefined && <List size='sm' mt='xs'>{reading.roles.map(({ roleId, roleName, reason }) => <List.Item key={roleId}>{roleName} {reason}</List.Item>)}</List>}
        {onUnsort !== null && <Button mt='sm' size='xs' variant='default' onClick={onUnsort}>Remove sorting</Button>}
      </Alert>
      {reading !== undefined && field === undefined && <Group><Remedy explanation={reading} action='read' resource={table} /></Group>}
    </Stack>
  )
}
