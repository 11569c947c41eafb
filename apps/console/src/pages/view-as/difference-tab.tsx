import { Button, Code, Group, Paper, Stack, Switch, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, askAs, type ViewedAs } from '../../api/ask'
import { resourcesQuery } from '../../api/resources'
import { schemaQuery } from '../../api/schema'
import { tableListOf, type TableList } from '../../api/table-list'
import { Empty } from '../../components/empty'
import { FieldValue } from '../../components/field-value'
import { Loading } from '../../components/loading'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { ComparisonQuery } from '../../graphql/graphql'
import { readSubject, subjectText } from './subject'
import { SubjectChooser } from './subject-chooser'

const ComparisonDocument = graphql(`
  query Comparison($first: PermissionSubject!, $second: PermissionSubject!) {
    permissionComparison(first: $first, second: $second) {
      first second
      items {
        resource resourceType action same
        first { allowed everyRecord fields filter count }
        second { allowed everyRecord fields filter count }
      }
    }
  }
`)

type Item = ComparisonQuery['permissionComparison']['items'][number]
type Extent = Item['first']

/** The differences between the permissions of two subjects. */
export function DifferenceTab ({ subject }: { subject: ViewedAs }) {
  const { with: other } = useSearch({ from: '/app/view-as' })
  const navigate = useNavigate({ from: '/view-as' })
  const second = readSubject(other)
  if (second === null) {
    return (
      <Paper withBorder p='md'>
        <SubjectChooser label='Compare with' action='Compare' onChoose={chosen => { navigate({ search: before => ({ ...before, with: subjectText(chosen) }) }) }} />
      </Paper>
    )
  }
  return <Comparison key={other} first={subject} second={second} onAnother={() => { navigate({ search: ({ with: _other, ...others }) => others }) }} />
}

function Comparison ({ first, second, onAnother }: { first: ViewedAs, second: ViewedAs, onAnother: () => void }) {
  const [all, setAll] = useState(false)
  const comparison = useQuery({ queryKey: ['comparison', first, second], queryFn: async () => (await ask(ComparisonDocument, { first, second })).permissionComparison })
  const another = <Button size='compact-sm' variant='default' onClick={onAnother}>Compare with someone else</Button>
  if (comparison.isPending) return <Loading />
  const failed = comparison.error !== null && <Problem error={comparison.error} title="Couldn't compare the two" retry={() => { comparison.refetch() }} />
  if (comparison.data === undefined) return <Stack>{failed}<Group>{another}</Group></Stack>
  const { first: firstName, second: secondName, items } = comparison.data
  const shown = all ? items : items.filter(({ same }) => !same)
  return (
    <Stack>
      {failed}
      <Text component='div'><b>First:</b> {firstName}<br /><b>Second:</b> {secondName}</Text>
      <Group justify='space-between'>
        <Switch label='Show identical permissions' checked={all} onChange={event => { setAll(event.currentTarget.checked) }} />
        {another}
      </Group>
      {shown.length === 0
        ? <Empty title='The two have the same permissions' />
        : (
          <Table aria-label='Permissions compared'>
            <Table.Thead><Table.Tr><Table.Th>Permission</Table.Th><Table.Th>First</Table.Th><Table.Th>Second</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{shown.map(item => <ItemRows key={`${item.resourceType} ${item.resource} ${item.action}`} item={item} first={first} second={second} />)}</Table.Tbody>
          </Table>
          )}
    </Stack>
  )
}

function ItemRows ({ item, first, second }: { item: Item, first: ViewedAs, second: ViewedAs }) {
  const [open, setOpen] = useState(false)
  const { resource, resourceType, action, same } = item
  const listable = resourceType === 'data' && action === 'read' && !same
  const id = `only-one-${resource}`
  return (
    <>
      <Table.Tr>
        <Table.Th scope='row'>
          {action} <Code>{resource}</Code>
          {listable && <div><Button mt={4} size='compact-xs' variant='default' aria-expanded={open} aria-controls={id} aria-label={`${open ? 'Hide' : 'Show'} records of ${resource} that only one of them sees`} onClick={() => { setOpen(!open) }}>{open ? 'Hide records' : 'Show records'}</Button></div>}
        </Table.Th>
        <Table.Td><ExtentText extent={item.first} action={action} /></Table.Td>
        <Table.Td><ExtentText extent={item.second} action={action} /></Table.Td>
      </Table.Tr>
      {listable && <Table.Tr id={id} hidden={!open}>{open && <Table.Td colSpan={3}><OnlyOne table={resource} first={item.first.allowed ? first : null} second={item.second.allowed ? second : null} /></Table.Td>}</Table.Tr>}
    </>
  )
}

function ExtentText ({ extent: { allowed, everyRecord, fields, filter, count }, action }: { extent: Extent, action: string }) {
  if (!allowed) return <Text span fz='inherit' c='dimmed'>not allowed</Text>
  if (action === 'call') return <>allowed</>
  return (
    <>
      {everyRecord ? 'all records' : 'some records'}{count != null && ` (${count.toLocaleString()} now)`}
      {filter != null && <Text size='sm'>where <Code>{JSON.stringify(filter)}</Code></Text>}
      {action !== 'delete' && <Text size='sm'>{fields == null ? 'all fields' : fields.length === 0 ? 'no fields' : fields.join(', ')}</Text>}
    </>
  )
}

/** The two subjects; null for one that cannot read the table at all. */
interface Two { first: ViewedAs | null, second: ViewedAs | null }

/** How many records are requested for each subject, ordered by id. */
const MOST = 500
const SHOWN = 20

/** The records of a table that only one of the two sees. */
function OnlyOne ({ table, first, second }: { table: string } & Two) {
  const resources = useQuery(resourcesQuery)
  const schema = useQuery(schemaQuery)
  const described = resources.data?.tables.find(({ name }) => name === table)
  const list = schema.data === undefined || described === undefined ? null : tableListOf(schema.data.schema, described, described.list)
  const difference = useQuery({
    queryKey: ['records of one', table, first, second],
    queryFn: async () => await recordsOfOne(list as TableList, { first, second }),
    enabled: list !== null
  })
  if (resources.isPending || schema.isPending) return <Loading />
  const query = [resources, schema, difference].find(({ error }) => error !== null)
  const failed = query?.error != null && <Problem error={query.error} title="Couldn't compare the records" retry={() => { query.refetch() }} />
  if (resources.data !== undefined && schema.data !== undefined && list === null) return <Text size='sm'>The API has no list of {table} records.</Text>
  if (difference.data === undefined) return failed === false ? <Loading /> : failed
  const { onlyFirst, onlySecond, whole, columns } = difference.data
  return (
    <Stack gap='sm'>
      {failed}
      {!whole && <Text size='sm' c='dimmed'>Only the first {MOST} records of each, by ID, were compared.</Text>}
      <RecordsOf title={`Records of ${table} that only the first sees`} records={onlyFirst} columns={columns} />
      <RecordsOf title={`Records of ${table} that only the second sees`} records={onlySecond} columns={columns} />
    </Stack>
  )
}

function RecordsOf ({ title, records, columns }: { title: string, records: readonly Record<string, unknown>[], columns: readonly string[] }) {
  return (
    <section aria-label={title}>
      <Text size='sm' fw={600}>{title}: {records.length === 0 ? 'none' : records.length}</Text>
      {records.length > 0 && (
        <Table aria-label={title} fz='sm' verticalSpacing={4} withTableBorder>
          <Table.Thead><Table.Tr>{columns.map(name => <Table.Th key={name}>{name}</Table.Th>)}</Table.Tr></Table.Thead>
          <Table.Tbody>{records.slice(0, SHOWN).map(record => <Table.Tr key={String(record.id)}>{columns.map(name => <Table.Td key={name}><FieldValue of={record[name]} /></Table.Td>)}</Table.Tr>)}</Table.Tbody>
        </Table>
      )}
      {records.length > SHOWN && <Text size='sm' c='dimmed'>and {records.length - SHOWN} more</Text>}
    </section>
  )
}

interface RecordsOfOne {
  onlyFirst: readonly Record<string, unknown>[]
  onlySecond: readonly Record<string, unknown>[]
  /** Whether all records that the two see were compared. */
  whole: boolean
  columns: readonly string[]
}

async function recordsOfOne (list: TableList, { first, second }: Two): Promise<RecordsOfOne> {
  const idsOf = async (subject: ViewedAs | null) => {
    if (subject === null) return []
    const { items } = (await askAs(subject, list.document(['id']), { sort: [{ id: 'ASC' }], first: MOST })).list
    return items.flatMap(({ id }) => typeof id === 'string' ? [id] : [])
  }
  const [ofFirst, ofSecond] = await Promise.all([idsOf(first), idsOf(second)])
  // Records beyond the last fetched id of a truncated list cannot be compared.
  const ends = [ofFirst, ofSecond].flatMap(ids => ids.length === MOST ? [ids.at(-1) as string] : [])
  const compared = (ids: readonly string[], others: readonly string[]) => {
    const known = new Set(others)
    return ids.filter(id => !known.has(id) && ends.every(end => id <= end))
  }
  const [onlyFirst, onlySecond] = [compared(ofFirst, ofSecond), compared(ofSecond, ofFirst)]
  const columns = ['id', ...list.columns.map(({ name }) => name).filter(name => ['name', 'email', 'title', 'createdAt'].includes(name))]
  // The administrator can read all of them, so their details are fetched without the header.
  const shown = [...onlyFirst.slice(0, SHOWN), ...onlySecond.slice(0, SHOWN)]
  const records = shown.length === 0 ? [] : (await ask(list.document(columns), { filter: { id: { in: shown } }, first: 2 * SHOWN })).list.items
  const known = new Map(records.map(record => [record.id, record]))
  const described = (ids: readonly string[]) => ids.map(id => known.get(id) ?? { id })
  return { onlyFirst: described(onlyFirst), onlySecond: described(onlySecond), whole: ends.length === 0, columns }
}
