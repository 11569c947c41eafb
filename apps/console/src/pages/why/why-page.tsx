import { Autocomplete, Button, Code, Group, List, NativeSelect, Paper, SegmentedControl, Stack, Table, Text, TextInput, ThemeIcon, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { ask } from '../../api/ask'
import { resourcesQuery } from '../../api/resources'
import { TextLink } from '../../components/links'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { TokenField } from '../../components/token-field'
import { graphql } from '../../graphql'
import type { ExplainQuery, PermissionSubject } from '../../graphql/graphql'
import { Remedy } from './remedy'

const ExplainDocument = graphql(`
  query Explain($subject: PermissionSubject!, $action: String!, $table: String, $function: String) {
    permissionExplain(subject: $subject, action: $action, table: $table, function: $function) {
      allowed principal remedy remedyRoleId
      steps { step ok message }
      roles { roleId roleName allowed reason filter fields }
    }
  }
`)

const UserEmailsDocument = graphql(`
  query UserEmails($part: String!) {
    usersList(filter: { email: { contains: $part } }, sort: [{ email: ASC }], first: 8) { items { id email } }
  }
`)

type Explanation = ExplainQuery['permissionExplain']

interface Question {
  kind: 'user' | 'apiToken' | 'guest' | 'token'
  email: string
  apiTokenId: string
  token: string
  action: string
  resource: string
}

/** Explains why a subject is allowed an action or not: how it was identified, and what each of its roles allows. */
export function WhyPage () {
  const { email = '', action = 'read', table = 'Users' } = useSearch({ from: '/app/why' })
  const form = useForm<Question>({
    initialValues: { kind: 'user', email, apiTokenId: '', token: '', action, resource: table },
    validate: {
      email: (text, { kind }) => kind === 'user' && !/^\S+@\S+$/.test(text.trim()) ? 'Enter the email of a user' : null,
      apiTokenId: (id, { kind }) => kind === 'apiToken' && id === '' ? 'Choose an API token' : null,
      token: (text, { kind }) => kind === 'token' && text.trim() === '' ? 'Paste an ID token or an API token' : null,
      resource: text => text.trim() === '' ? 'Choose a table or function' : null
    }
  })
  const explain = useMutation({
    mutationFn: async (question: Question) => (await ask(ExplainDocument, {
      subject: subjectOf(question),
      action: question.action,
      ...question.action === 'call' ? { function: question.resource } : { table: question.resource }
    })).permissionExplain
  })
  const { kind } = form.values
  return (
    <>
      <PageTitle title='Check access'>See why someone is allowed to do something, or not. The server applies the same rules as to real requests, and changes nothing.</PageTitle>
      <Stack gap='lg' maw='48rem'>
        <form noValidate onSubmit={form.onSubmit(question => { explain.mutate(question) })}>
          <Stack>
            <SegmentedControl
              aria-label='Who' fullWidth value={kind} onChange={value => { form.setFieldValue('kind', value as Question['kind']) }} transitionDuration={0}
              data={[{ value: 'user', label: 'User' }, { value: 'apiToken', label: 'API token' }, { value: 'guest', label: 'Guest' }, { value: 'token', label: 'Paste token' }]}
            />
            {kind === 'user' && <UserField {...form.getInputProps('email')} />}
            {kind === 'apiToken' && <TokenField required {...form.getInputProps('apiTokenId')} />}
            {kind === 'guest' && <Text size='sm'>A guest is anyone who sends a request without a token.</Text>}
            {kind === 'token' && <TextInput label='Token' description='An ID token or an API token. It is verified as in a request, and not stored.' required autoComplete='off' spellCheck={false} classNames={{ input: 'mono' }} {...form.getInputProps('token')} />}
            <Group grow align='flex-start'>
              <NativeSelect label='Action' data={['create', 'read', 'update', 'delete', 'call']} {...form.getInputProps('action')} onChange={event => { form.setValues({ action: event.currentTarget.value, resource: '' }) }} />
              <ResourceField isFunction={form.values.action === 'call'} {...form.getInputProps('resource')} />
            </Group>
            <Group><Button type='submit' loading={explain.isPending}>Check</Button></Group>
          </Stack>
        </form>
        <div aria-live='polite'>
          {explain.error !== null && <Problem error={explain.error} title="Couldn't check access" />}
          {explain.data !== undefined && <Path explanation={explain.data} question={explain.variables} />}
        </div>
      </Stack>
    </>
  )
}

function subjectOf ({ kind, email, apiTokenId, token }: Question): PermissionSubject {
  switch (kind) {
    case 'user': return { email: email.trim() }
    case 'apiToken': return { apiTokenId }
    case 'guest': return { guest: true }
    // Also accepts a copied Authorization header.
    case 'token': return { token: token.trim().replace(/^(authorization:\s*)?bearer\s+/i, '') }
  }
}

/** The email of a user, with suggestions if the signed-in user can list users. */
function UserField (props: { value?: string, onChange: (email: string) => void, error?: React.ReactNode }) {
  const [part] = useDebouncedValue((props.value ?? '').trim().toLowerCase(), 250)
  const users = useQuery({
    queryKey: ['users', 'emails', part],
    queryFn: async () => (await ask(UserEmailsDocument, { part })).usersList.items.flatMap(({ email }) => email ?? []),
    placeholderData: keepPreviousData,
    enabled: part !== ''
  })
  return <Autocomplete label='User' description='Email of the user' required data={[...new Set(users.data)]} comboboxProps={{ transitionProps: { duration: 0 } }} {...props} />
}

/** Lets people choose a table or a function, or type its name if they can't list them. */
function ResourceField ({ isFunction, ...props }: { isFunction: boolean, value?: string, onChange: (name: string) => void, error?: React.ReactNode }) {
  const resources = useQuery(resourcesQuery)
  const label = isFunction ? 'Function' : 'Table'
  const names = isFunction ? resources.data?.functions : resources.data?.tables.map(({ name }) => name)
  if (names === undefined) return <TextInput label={label} required {...props} onChange={event => { props.onChange(event.currentTarget.value) }} />
  return <NativeSelect label={label} required {...props} data={[{ value: '', label: 'Choose one' }, ...names]} onChange={event => { props.onChange(event.currentTarget.value) }} />
}

const marks = { yes: [IconCheck, 'lake', 'Yes'], no: [IconX, 'red.9', 'No'], silent: [IconMinus, 'gray.7', 'No'] } as const

function Mark ({ as }: { as: keyof typeof marks }) {
  const [Icon, color, label] = marks[as]
  return <ThemeIcon size={22} radius='xl' color={color}><Icon size={14} aria-label={label} role='img' /></ThemeIcon>
}

/** The explanation, from the subject to the fix. */
function Path ({ explanation, question: { action, resource } }: { explanation: Explanation, question: Question }) {
  const { allowed, principal, steps, roles } = explanation
  return (
    <Paper withBorder p='md' component='section' aria-labelledby='explanation'>
      <Stack>
        <Title order={2} size='h4' id='explanation'>{allowed ? 'Allowed' : 'Not allowed'}: {action} {resource}</Title>
        <Text>{principal}</Text>
        <List spacing='xs' listStyleType='none' type='ordered'>
          {steps.map(({ step, ok, message }) => <List.Item key={step} icon={<Mark as={ok ? 'yes' : 'no'} />}><b>{step}</b>: {message}</List.Item>)}
        </List>
        {roles.length > 0 && (
          <Table aria-label='Roles checked'>
            <Table.Thead><Table.Tr><Table.Th>Role</Table.Th><Table.Th>Result</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {roles.map(({ roleId, roleName, allowed, reason, filter, fields }) => (
                <Table.Tr key={roleId}>
                  <Table.Th scope='row' miw='8em'><Group gap='xs' wrap='nowrap'><Mark as={allowed ? 'yes' : 'silent'} /><TextLink to='/roles/$roleId' params={{ roleId }}>{roleName}</TextLink></Group></Table.Th>
                  <Table.Td>
                    {reason}
                    {filter != null && <Text size='sm'>Records: <Code>{JSON.stringify(filter)}</Code></Text>}
                    {fields != null && <Text size='sm'>Fields: {fields.join(', ')}</Text>}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <Remedy explanation={explanation} action={action} resource={resource} />
      </Stack>
    </Paper>
  )
}
