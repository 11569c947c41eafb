import { Box, Group, Text, Title } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'

interface PageTitleProps {
  title: string
  /** A sentence on what the page is for. */
  children?: ReactNode
  /** What can be done on it, as buttons. */
  actions?: ReactNode
}

/** The heading of a page, which also names the window. */
export function PageTitle ({ title, children, actions }: PageTitleProps) {
  useEffect(() => { document.title = `${title} · Latchkey Console` }, [title])
  return (
    <Group justify='space-between' align='flex-start' mb='lg' gap='sm'>
      <Box maw='46rem'>
        <Title order={1} size='h2' style={{ overflowWrap: 'anywhere' }}>{title}</Title>
        {children !== undefined && <Text c='dimmed' component='div' mt={4}>{children}</Text>}
      </Box>
      {actions !== undefined && <Group gap='xs'>{actions}</Group>}
    </Group>
  )
}
