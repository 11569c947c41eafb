import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import type { Permissions } from './permissions'

/** Text that isn't applied to the permissions yet. */
export interface JsonDraft {
  readonly text: string
  /** The permissions that the text began with, as JSON. */
  readonly base: string
}

interface JsonTabProps {
  permissions: Permissions
  draft: JsonDraft | null
  onDraft: (draft: JsonDraft | null) => void
  onApply: (permissions: Permissions) => void
}

/** The permissions, as editable JSON. */
export function JsonTab ({ permissions, draft, onDraft, onApply }: JsonTabProps) {
  const current = JSON.stringify(permissions, null, 2)
  const text = draft?.text ?? current
  const parsed = parse(text)
  return (
    <Stack>
      {draft !== null && draft.base !== current && <Alert color='orange' title='The permissions have changed since you began to edit this text'>If you apply the text, it replaces those changes.</Alert>}
      <Textarea label='Permissions' description='Format: { "data": { … }, "custom": { "functions": { … } } }, or { "all": true } for full access' autosize minRows={8} maxRows={30} spellCheck={false} classNames={{ input: 'mono' }} value={text} onChange={({ currentTarget: { value } }) => { onDraft(value === current ? null : { text: value, base: draft?.base ?? current }) }} error={parsed.mistake} />
      <Group>
        <Button variant='default' disabled={parsed.permissions === null || draft === null} onClick={() => { if (parsed.permissions !== null) onApply(parsed.permissions) }}>Apply</Button>
        <Button variant='default' disabled={draft === null} onClick={() => { onDraft(null) }}>Reset</Button>
        <Text size='sm' c='dimmed'>The server checks them when you save the role.</Text>
      </Group>
    </Stack>
  )
}

function parse (text: string): { permissions: Permissions | null, mistake: string | null } {
  try {
    const permissions: unknown = JSON.parse(text)
    if (typeof permissions === 'object' && permissions !== null && !Array.isArray(permissions)) return { permissions, mistake: null }
    return { permissions: null, mistake: 'Permissions must be an object' }
  } catch (error) {
    return { permissions: null, mistake: `Invalid JSON: ${(error as Error).message}` }
  }
}
