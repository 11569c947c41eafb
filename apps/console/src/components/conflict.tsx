import { Alert, Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'

interface ConflictProps {
  /** What was changed, such as "this role". */
  of: string
  draft: { readonly isSaving: boolean, readonly discard: () => void }
  /** Saves the draft anyway. */
  onSave: () => void
  /** What saving would overwrite. By default, the draft saves only the fields that it changes. */
  children?: ReactNode
}

/** Shown instead of the save button if someone else has changed what the draft changes. */
export function Conflict ({ of, draft, onSave, children = 'If you save yours, the fields that you changed replace theirs, and their other changes stay.' }: ConflictProps) {
  return (
    <Alert role='alert' color='orange' icon={<IconAlertTriangle aria-hidden />} title={`Someone else has changed ${of}`}>
      <Text size='sm'>They saved their changes after you opened this page. Yours aren't saved yet. {children}</Text>
      <Group gap='xs' mt='sm'>
        <Button size='xs' variant='default' onClick={() => { draft.discard() }} disabled={draft.isSaving}>Discard mine and load theirs</Button>
        <Button size='xs' onClick={onSave} loading={draft.isSaving}>Save mine anyway</Button>
      </Group>
    </Alert>
  )
}
