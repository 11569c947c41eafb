import { Button, Group, Stack, Textarea } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api/ask'
import { useChange } from '../../api/use-change'
import { Loading } from '../../components/loading'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { AuthenticationSettingUpdateInput, SettingsQuery } from '../../graphql/graphql'
import { lines } from './profile-values'

const SettingsDocument = graphql(`
  query Settings {
    authenticationSettings { allowedCallbacks allowedLogouts allowedWebOrigins updatedAt }
  }
`)

const SettingsUpdateDocument = graphql(`
  mutation SettingsUpdate($data: AuthenticationSettingUpdateInput!) {
    authenticationSettingsUpdate(data: $data) { updatedAt }
  }
`)

const fields = {
  allowedCallbacks: { label: 'Callback URLs', description: 'Where hosted pages may send people after signing in, in addition to the URLs of the profiles. One per line. The URL of this console is always allowed.', placeholder: 'https://app.example.com/auth/callback' },
  allowedLogouts: { label: 'Logout URLs', description: 'Where hosted pages may send people after signing out. One per line.', placeholder: 'https://app.example.com/' },
  allowedWebOrigins: { label: 'Web origins', description: 'The sites whose pages may call the API. One per line. If empty, all sites may.', placeholder: 'https://app.example.com' }
} as const
type Field = keyof typeof fields

/** The settings that apply to all profiles. */
export function Settings () {
  const settings = useQuery({ queryKey: ['settings'], queryFn: async () => (await ask(SettingsDocument)).authenticationSettings })
  if (settings.isPending) return <Loading />
  if (settings.error !== null) return <Problem error={settings.error} title="Couldn't load the settings" retry={() => { settings.refetch() }} />
  return <SettingsForm key={settings.data.updatedAt} settings={settings.data} />
}

function SettingsForm ({ settings }: { settings: SettingsQuery['authenticationSettings'] }) {
  const before = Object.fromEntries(Object.keys(fields).map(field => [field, (settings[field as Field] ?? []).join('\n')])) as Record<Field, string>
  const form = useForm({ initialValues: before })
  const save = useChange({ change: async (data: AuthenticationSettingUpdateInput) => await ask(SettingsUpdateDocument, { data }), done: 'Settings saved' })
  const submit = (values: Record<Field, string>) => {
    save.mutate(Object.fromEntries(Object.entries(values).filter(([field, text]) => text !== before[field as Field]).map(([field, text]) => [field, lines(text)])))
  }
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack maw='44rem'>
        {Object.entries(fields).map(([field, words]) => <Textarea key={field} {...words} autosize minRows={1} disabled={settings[field as Field] == null} {...form.getInputProps(field)} />)}
        {save.error !== null && <Problem error={save.error} title="Couldn't save the settings" />}
        <Group><Button type='submit' loading={save.isPending} disabled={!form.isDirty()}>Save settings</Button></Group>
      </Stack>
    </form>
  )
}
