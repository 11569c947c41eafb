import { Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ApiError } from '../../api/api-error'
import { ask } from '../../api/ask'
import { queryClient } from '../../api/query-client'
import type { ResourceTable } from '../../api/resources'
import { FieldValue } from '../../components/field-value'

const SHOWN = 5
const MOST_COLUMNS = 4

/** The first records that a filter matches, as far as the signed-in user can read them. */
export function FilteredRecords ({ table, filter }: { table: ResourceTable, filter: unknown }) {
  const records = useQuery({
    queryKey: ['filtered records', table.name, filter],
    queryFn: async () => await firstRecords(table, filter),
    placeholderData: keepPreviousData,
    staleTime: 10_000
  })
  if (records.error !== null) return <Text size='sm' c='dimmed'>The matching records can't be shown: {whyNot(records.error)}</Text>
  if (records.data == null || records.data.items.length === 0) return null
  const { columns, items } = records.data
  return (
    <Table.ScrollContainer minWidth={columns.length * 110} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': 'First matching records, scrollable' } }}>
      <Table aria-label='First matching records' fz='sm' verticalSpacing={4} withTableBorder>
        <Table.Thead><Table.Tr>{columns.map(name => <Table.Th key={name}>{name}</Table.Th>)}</Table.Tr></Table.Thead>
        <Table.Tbody>{items.map((item, index) => <Table.Tr key={index}>{columns.map(name => <Table.Td key={name}><FieldValue of={item[name]} /></Table.Td>)}</Table.Tr>)}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

async function firstRecords (table: ResourceTable, filter: unknown): Promise<{ columns: readonly string[], items: readonly Record<string, unknown>[] } | null> {
  // The code that reads a schema is large, so it is loaded only here.
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
  return error instanceof ApiError && error.code === 'NotAuthorizedError' ? 'you don\'t have permission to read everything that the filter uses.' : error.message
}
