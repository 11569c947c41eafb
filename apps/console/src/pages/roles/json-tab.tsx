import { Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useUnsaved } from '../../api/unsaved'
import type { Permissions } from './permissions'

interface JsonTabProps {
  permissions: Permissions
  onChange: (permissions: Permissions) => void
  /** Called when there is text that isn't applied yet, and when there is none any more. */
  onEditing: (editing: boolean) => void
}

/** The stored permissions, as editable JSON. */
export function JsonTab ({ permissions, onChange, onEditing }: JsonTabProps) {
  const stored = JSON.stringify(permissions, null, 2)
  const [text, setText] = useState(stored)
  const parsed = parse(text)
  const editing = text !== stored
  useUnsaved(editing)
  useEffect(() => {
    onEditing(editing)
    return () => { onEditing(false) }
  }, [editing, onEditing])
  return (
    <Stack>
      <Textarea label='Permissions' description='Format: { "data": { … }, "custom": { "functions": { … } } }, or { "all": true } for full access' autosize minRows={8} maxRows={30} spellCheck={false} classNames={{ input: 'mono' }} value={text} onChange={event => { setText(event.currentTarget.value) }} error={parsed.mistake} />
      <Group>
        <Button variant='default' disabled={parsed.permissions === null || !editing} onClick={() => { if (parsed.permissions !== null) onChange(parsed.permissions) }}>Apply</Button>
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
