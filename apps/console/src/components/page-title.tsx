import { Box, Group, Text, Title } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'

interface PageTitleProps {
  title: string
  /** A sentence about the purpose of the page. */
  children?: ReactNode
  /** The buttons of the page. */
  actions?: ReactNode
}

/** The heading of a page, which is also the title of the browser tab. */
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
