import { Paper, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** An empty state: what is missing, and what to do about it. */
export function Empty ({ title, children }: { title: string, children?: ReactNode }) {
  return (
    <Paper withBorder p='xl' ta='center'>
      <Stack align='center' gap='xs'>
        <Text fw={600}>{title}</Text>
        {children !== undefined && <Text c='dimmed' component='div'>{children}</Text>}
      </Stack>
    </Paper>
  )
}
