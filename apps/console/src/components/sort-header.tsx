import { Table, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react'
import type { ReactNode } from 'react'

interface SortHeaderProps {
  children: ReactNode
  direction: 'ASC' | 'DESC' | null
  onSort: () => void
  className?: string
}

/** The header of a sortable column. */
export function SortHeader ({ children, direction, onSort, className }: SortHeaderProps) {
  const Icon = direction === null ? IconArrowsSort : direction === 'ASC' ? IconArrowUp : IconArrowDown
  return (
    <Table.Th className={className} aria-sort={direction === null ? 'none' : direction === 'ASC' ? 'ascending' : 'descending'}>
      {/* Chromium leaves a header as it is that sticks out of a wide table only in part. */}
      <UnstyledButton onClick={onSort} onFocus={({ currentTarget }) => { currentTarget.scrollIntoView({ block: 'nearest', inline: 'nearest' }) }} fw={700} fz='inherit'>{children} <Icon size={14} aria-hidden style={{ verticalAlign: '-2px' }} /></UnstyledButton>
    </Table.Th>
  )
}
