import { Button, Group, Stack, Textarea } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api/ask'
import { useDraft, type Stored } from '../../api/use-draft'
import { Conflict } from '../../components/conflict'
import { Loading } from '../../components/loading'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { SettingsQuery } from '../../graphql/graphql'
import { lines } from './profile-values'

const SettingsDocument = graphql(`
  query Settings {
    authenticationSettings { allowedCallbacks allowedLogouts allowedWebOrigins updatedAt }
  }
`)

const SettingsUpdateDocument = graphql(`
  mutation SettingsUpdate($data: AuthenticationSettingUpdateInput!, $expectedUpdatedAt: DateTime) {
    authenticationSettingsUpdate(data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }
  }
`)

const fields = {
  allowedCallbacks: { label: 'Callback URLs', description: 'Where hosted pages may send people after signing in, in addition to the URLs of the profiles. One per line. The URL of this console is always allowed.', placeholder: 'https://app.example.com/auth/callback' },
  allowedLogouts: { label: 'Logout URLs', description: 'Where hosted pages may send people after signing out. One per line.', placeholder: 'https://app.example.com/' },
  allowedWebOrigins: { label: 'Web origins', description: 'The sites whose pages may call the API. One per line. If empty, all sites may.', placeholder: 'https://app.example.com' }
} as const
type Field = keyof typeof fields

type StoredSettings = SettingsQuery['authenticationSettings']
type Values = Record<Field, string>

/** The settings that apply to all profiles. */
export function Settings () {
  const settings = useQuery({ queryKey: ['settings'], queryFn: async () => (await ask(SettingsDocument)).authenticationSettings })
  if (settings.isPending) return <Loading />
  const failed = settings.error !== null && <Problem error={settings.error} title="Couldn't load the settings" retry={() => { settings.refetch() }} />
  if (settings.data === undefined) return failed
  return (
    <Stack>
      {failed}
      <SettingsForm settings={settings.data} reread={async () => (await settings.refetch({ throwOnError: true })).data as StoredSettings} />
    </Stack>
  )
}

const storedOf = (settings: StoredSettings): Stored<Values> => ({
  values: Object.fromEntries(Object.keys(fields).map(field => [field, (settings[field as Field] ?? []).join('\n')])) as Values,
  updatedAt: settings.updatedAt
})

function SettingsForm ({ settings, reread }: { settings: StoredSettings, reread: () => Promise<StoredSettings> }) {
  const stored = storedOf(settings)
  const form = useForm({ initialValues: stored.values })
  const draft = useDraft({
    form,
    stored,
    reread: async () => storedOf(await reread()),
    change: async ({ values, before, expectedUpdatedAt }) => {
      const data = Object.fromEntries(Object.entries(values).filter(([field, text]) => text !== before[field as Field]).map(([field, text]) => [field, lines(text)]))
      return (await ask(SettingsUpdateDocument, { data, expectedUpdatedAt })).authenticationSettingsUpdate.updatedAt
    },
    done: 'Settings saved'
  })
  return (
    <form onSubmit={form.onSubmit(draft.save)}>
      <Stack maw='44rem'>
        {Object.entries(fields).map(([field, words]) => <Textarea key={field} {...words} autosize minRows={1} disabled={settings[field as Field] == null} {...form.getInputProps(field)} />)}
        {draft.error !== null && <Problem error={draft.error} title="Couldn't save the settings" />}
        {draft.conflict
          ? <Conflict of='these settings' draft={draft} onSave={form.onSubmit(draft.saveAnyway)} />
          : <Group><Button type='submit' loading={draft.isSaving} disabled={!draft.dirty}>Save settings</Button></Group>}
      </Stack>
    </form>
  )
}
