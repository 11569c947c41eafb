import { Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ApiError } from '../../api/api-error'
import { ask } from '../../api/ask'
import { queryClient } from '../../api/query-client'
import type { ResourceTable } from '../../api/resources'
import { FieldValue } from '../../components/field-value'

const SHOWN = 5
const MOST_COLUMNS = 4

/** The first records that a filter admits, as far as one may read them oneself. */
export function FilteredRecords ({ table, filter }: { table: ResourceTable, filter: unknown }) {
  const records = useQuery({
    queryKey: ['filtered records', table.name, filter],
    queryFn: async () => await firstRecords(table, filter),
    placeholderData: keepPreviousData,
    staleTime: 10_000
  })
  if (records.error !== null) return <Text size='sm' c='dimmed'>The records themselves cannot be shown: {whyNot(records.error)}</Text>
  if (records.data == null || records.data.items.length === 0) return null
  const { columns, items } = records.data
  return (
    <Table.ScrollContainer minWidth={columns.length * 110} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': 'The first records, to scroll' } }}>
      <Table aria-label='The first records that it admits' fz='sm' verticalSpacing={4} withTableBorder>
        <Table.Thead><Table.Tr>{columns.map(name => <Table.Th key={name}>{name}</Table.Th>)}</Table.Tr></Table.Thead>
        <Table.Tbody>{items.map((item, index) => <Table.Tr key={index}>{columns.map(name => <Table.Td key={name}><FieldValue of={item[name]} /></Table.Td>)}</Table.Tr>)}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

async function firstRecords (table: ResourceTable, filter: unknown): Promise<{ columns: readonly string[], items: readonly Record<string, unknown>[] } | null> {
  // What reads a schema is code enough to be loaded only here.
  const [{ schemaQuery }, { tableListOf }] = await Promise.all([import('../../api/schema'), import('../../api/table-list')])
  const { schema } = await queryClient.ensureQueryData(schemaQuery)
  const list = tableListOf(schema, table, table.list)
  if (list === null) return null
  const texts = table.fields.filter(({ type }) => type === 'string').map(({ name }) => name)
  const known = list.columns.map(({ name }) => name)
  const columns = [...new Set([...texts, ...known])].filter(name => known.includes(name)).slice(0, MOST_COLUMNS)
  const { list: { items } } = await ask(list.document(columns), { filter: list.filter(filter), first: SHOWN })
  return { columns, items }
}

function whyNot (error: Error): string {
  return error instanceof ApiError && error.code === 'NotAuthorizedError' ? 'you may not read all that the filter asks.' : error.message
}
