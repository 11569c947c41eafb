import { Button, Code, CopyButton, Group, Text } from '@mantine/core'

/** Several lines of text to be used elsewhere, with a copy button. */
export function CopyBlock ({ label, value }: { label: string, value: string }) {
  return (
    <div>
      <Group justify='space-between' mb={4}>
        <Text size='sm' fw={600}>{label}</Text>
        <CopyButton value={value}>{({ copied, copy }) => <Button size='compact-sm' variant='default' onClick={copy} aria-label={copied ? `${label}: copied` : `Copy ${label}`}>{copied ? 'Copied' : 'Copy'}</Button>}</CopyButton>
      </Group>
      <Code block component='pre' tabIndex={0} role='region' aria-label={label} style={{ maxHeight: '22rem', overflow: 'auto' }}>{value}</Code>
    </div>
  )
}
