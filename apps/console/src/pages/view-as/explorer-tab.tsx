import { json, jsonParseLinter } from '@codemirror/lang-json'
import { linter } from '@codemirror/lint'
import { Alert, Button, Code, Group, List, Select, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { graphql } from 'cm6-graphql'
import { OperationTypeNode, parse, type OperationDefinitionNode } from 'graphql'
import { useMemo, useState } from 'react'
import { ApiError } from '../../api/api-error'
import { send, type Answer, type ViewedAs } from '../../api/ask'
import { schemaQuery } from '../../api/schema'
import { Loading } from '../../components/loading'
import { Problem } from '../../components/problem'
import { CodeEditor } from './code-editor'

/** The editors' texts, in memory only because they may contain secrets. */
const kept = { query: '# Ctrl+Space: complete, Ctrl+Enter: run\nquery {\n  user { id email roles { items { name } } }\n}\n', variables: '{}' }

const variablesLanguage = [json(), linter(view => view.state.doc.toString().trim() === '' ? [] : jsonParseLinter()(view))]

interface Sent { query: string, variables: unknown, operationName: string | undefined, changes: boolean }

/** Sends any query to the API, as another subject or as the signed-in user. */
export function ExplorerTab ({ subject }: { subject: ViewedAs | null }) {
  const schema = useQuery(schemaQuery)
  const client = useQueryClient()
  const [query, setQuery] = useState(kept.query)
  const [variables, setVariables] = useState(kept.variables)
  const [chosen, setChosen] = useState<string | null>(null)
  const [mistake, setMistake] = useState<string | null>(null)
  const run = useMutation({
    mutationFn: async ({ query, variables, operationName }: Sent) => {
      const begun = performance.now()
      const answer = await send({ query, variables, operationName }, subject)
      return { answer, took: performance.now() - begun }
    },
    // The schema is not refetched: that would recreate the editor while somebody types.
    onSuccess: (_result, { changes }) => { if (changes && subject === null) client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== schemaQuery.queryKey[0] }) }
  })
  const language = useMemo(() => schema.data === undefined ? [] : graphql(schema.data.schema), [schema.data])
  if (schema.isPending) return <Loading />
  const failed = schema.error !== null && <Problem error={schema.error} title="Couldn't load the API schema" retry={() => { schema.refetch() }} />
  if (schema.data === undefined) return failed

  const operations = operationsIn(query)
  const names = operations.flatMap(({ name }) => name?.value ?? [])
  const operation = operations.find(({ name }) => name?.value === chosen) ?? operations[0]
  const start = () => {
    const { given, wrong } = readVariables(variables)
    setMistake(wrong)
    if (wrong === null) run.mutate({ query, variables: given, operationName: names.length > 1 ? operation?.name?.value : undefined, changes: operation?.operation === OperationTypeNode.MUTATION })
  }
  return (
    <Stack>
      {failed}
      {!schema.data.told && <Text size='sm' c='dimmed'>The server doesn't publish its schema, which is the default in production. Fields that your app has added aren't completed and are marked as unknown, but you can still query them.</Text>}
      {subject === null && <Text size='sm'>You're querying as yourself, with all your permissions. Mutations change data.</Text>}
      <div>
        <Text size='sm' fw={600} mb={4} aria-hidden>Query</Text>
        <CodeEditor label='Query' text={kept.query} language={language} onRun={start} onChange={text => { kept.query = text; setQuery(text) }} />
      </div>
      <div>
        <Text size='sm' fw={600} mb={4} aria-hidden>Variables (JSON)</Text>
        <CodeEditor label='Variables' text={kept.variables} language={variablesLanguage} onRun={start} onChange={text => { kept.variables = text; setVariables(text) }} />
        {mistake !== null && <Text size='sm' c='var(--mantine-color-error)' role='alert'>{mistake}</Text>}
      </div>
      <Group align='flex-end'>
        {names.length > 1 && <Select label='Operation' data={names} value={operation?.name?.value ?? null} onChange={setChosen} allowDeselect={false} comboboxProps={{ transitionProps: { duration: 0 } }} />}
        <Button onClick={start} loading={run.isPending}>Run</Button>
      </Group>
      <Stack aria-live='polite' gap='sm'>
        {run.error !== null && <Problem error={run.error} title="Couldn't run the query" />}
        {run.data !== undefined && <Result {...run.data} />}
      </Stack>
    </Stack>
  )
}

function Result ({ answer, took }: { answer: Answer<unknown>, took: number }) {
  const problems = answer.errors?.map(problem => ({ error: new ApiError(problem), path: problem.path ?? [] })) ?? []
  return (
    <>
      {problems.length > 0 && (
        <Alert role='alert' color='orange' title={answer.data == null ? 'The request failed' : 'Partial result'}>
          <List size='sm'>
            {problems.map(({ error, path }, index) => (
              <List.Item key={index}>
                <Code>{error.code}</Code>{path.length > 0 && <> at <Code>{path.join('.')}</Code></>} {error.message}
                {Object.entries(error.details).map(([name, text]) => <Text key={name} size='sm'><Code>{name}</Code> {typeof text === 'string' ? text : JSON.stringify(text)}</Text>)}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Text size='sm' c='dimmed'>Answered in {Math.round(took)} ms</Text>
      <Code block component='pre' tabIndex={0} role='region' aria-label='Result' style={{ maxHeight: '30rem', overflow: 'auto', whiteSpace: 'pre-wrap', fontSize: 'var(--mantine-font-size-sm)' }}>{JSON.stringify(answer, null, 2)}</Code>
    </>
  )
}

function operationsIn (text: string): OperationDefinitionNode[] {
  try {
    return parse(text).definitions.filter(definition => definition.kind === 'OperationDefinition')
  } catch {
    // The editor marks the mistake, and the server reports it.
    return []
  }
}

function readVariables (text: string): { given: unknown, wrong: string | null } {
  if (text.trim() === '') return { given: {}, wrong: null }
  try {
    return { given: JSON.parse(text), wrong: null }
  } catch (error) {
    return { given: null, wrong: `The variables are not valid JSON: ${(error as Error).message}` }
  }
}
