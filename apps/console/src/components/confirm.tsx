import { Button, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Dialog } from './dialog'
import { Problem } from './problem'

interface ConfirmProps {
  opened: boolean
  title: string
  /** The consequences. */
  children: ReactNode
  /** The label of the confirming button. */
  action: string
  busy: boolean
  error: Error | null
  onConfirm: () => void
  onClose: () => void
}

/** Asks for confirmation of an action with lasting consequences. */
export function Confirm ({ opened, title, children, action, busy, error, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <Stack>
        <Text component='div' size='sm'>{children}</Text>
        {error !== null && <Problem error={error} />}
        <Group justify='flex-end'>
          <Button variant='default' onClick={onClose} data-autofocus>Cancel</Button>
          <Button color='red.9' onClick={onConfirm} loading={busy}>{action}</Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
