import { Code, Loader, Stack, Table, Text, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../../api/ask'
import type { Resources, ResourceTable } from '../../api/resources'
import { Problem } from '../../components/problem'
import { FilteredRecords } from './filtered-records'
import { graphql } from '../../graphql'

const FilterCheckDocument = graphql(`
  query FilterCheck($table: String!, $filter: JSON!) {
    permissionFilterCheck(table: $table, filter: $filter) { valid path reason count }
  }
`)

interface FilterEditorProps {
  table: ResourceTable
  variables: Resources['variables']
  text: string
  onChange: (text: string) => void
}

/** Parses a filter, or says what is wrong with the text. */
export function parseFilter (text: string): { filter: Record<string, unknown>, mistake: null } | { filter: null, mistake: string } {
  try {
    const filter: unknown = JSON.parse(text)
    if (typeof filter === 'object' && filter !== null && !Array.isArray(filter)) return { filter: filter as Record<string, unknown>, mistake: null }
    return { filter: null, mistake: 'A filter must be an object: { "field": { "operator": value } }' }
  } catch (error) {
    return { filter: null, mistake: `Invalid JSON: ${(error as Error).message}` }
  }
}

/** A text field for a filter. While you type, the server checks the filter and counts the records that it matches. */
export function FilterEditor ({ table, variables, text, onChange }: FilterEditorProps) {
  const [settled] = useDebouncedValue(text, 300)
  const { filter, mistake } = parseFilter(settled)
  const check = useQuery({
    queryKey: ['filter check', table.name, settled],
    queryFn: async () => (await ask(FilterCheckDocument, { table: table.name, filter })).permissionFilterCheck,
    enabled: filter !== null,
    staleTime: 10_000
  })
  return (
    <Stack gap='xs'>
      <Textarea
        label='Filter' description={`JSON. The permission applies to the ${table.name} records that match`} autosize minRows={5} spellCheck={false} classNames={{ input: 'mono' }}
        value={text} onChange={event => { onChange(event.currentTarget.value) }} error={mistake !== null || check.data?.valid === false}
      />
      <div role='status'>{verdictOf(mistake, check)}</div>
      {mistake === null && check.data?.valid === true && check.data.count !== 0 && <FilteredRecords table={table} filter={filter} />}
      {check.error !== null && <Problem error={check.error} title="Couldn't check the filter" />}
      <details>
        <summary>Fields, operators and variables</summary>
        <Table aria-label='Fields of the table' fz='sm' mt='xs'>
          <Table.Thead><Table.Tr><Table.Th>Field</Table.Th><Table.Th>Operators</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {table.fields.filter(({ operators }) => operators.length > 0).map(({ name, type, operators }) => <Table.Tr key={name}><Table.Th scope='row'>{name}<Text size='xs' c='dimmed' fw={400}>{type}</Text></Table.Th><Table.Td>{operators.join(', ')}</Table.Td></Table.Tr>)}
            {table.relations.map(({ name, table: other, many }) => <Table.Tr key={name}><Table.Th scope='row'>{name}</Table.Th><Table.Td>a filter on {other}{many && ', inside some, every or none'}</Table.Td></Table.Tr>)}
          </Table.Tbody>
        </Table>
        <Text size='sm' mt='xs'>Variables: {variables.map(name => <Code key={name} mr={4}>{name}</Code>)}</Text>
        <Text size='sm'>Example: <Code>{'{ "id": { "equals": "__loggedInUserId" } }'}</Code></Text>
      </details>
    </Stack>
  )
}

function verdictOf (mistake: string | null, { data, isFetching }: { data?: { valid: boolean, path?: string | null, reason?: string | null, count?: number | null } | undefined, isFetching: boolean }): ReactNode {
  if (mistake !== null) return <Text size='sm' c='var(--mantine-color-error)'>{mistake}</Text>
  if (data === undefined) return isFetching ? <Loader size='xs' aria-label='Checking' /> : null
  if (!data.valid) return <Text size='sm' c='var(--mantine-color-error)'>{data.path != null && data.path !== '' && <><Code>{data.path}</Code>{' '}</>}{data.reason}</Text>
  return <Text size='sm'>The filter is valid.{data.count != null && ` It matches ${data.count.toLocaleString()} ${data.count === 1 ? 'record' : 'records'} now, with your own values for the variables.`}</Text>
}
