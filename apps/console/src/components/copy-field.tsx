import { ActionIcon, Code, CopyButton, Group, Text } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'

/** A value to be used elsewhere, with a copy button. */
export function CopyField ({ label, value, autoFocus = false }: { label: string, value: string, autoFocus?: boolean }) {
  return (
    <div>
      <Text size='sm' fw={600}>{label}</Text>
      <Group gap='xs' wrap='nowrap'>
        <Code style={{ fontSize: 'var(--mantine-font-size-sm)', overflowWrap: 'anywhere' }}>{value}</Code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <ActionIcon variant='subtle' autoFocus={autoFocus} onClick={copy} aria-label={copied ? `${label}: copied` : `Copy ${label}`}>
              {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            </ActionIcon>
          )}
        </CopyButton>
      </Group>
    </div>
  )
}
