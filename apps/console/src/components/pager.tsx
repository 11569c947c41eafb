import { Button, Group } from '@mantine/core'

interface PagerProps {
  /** What is paged, for whoever hears it. */
  label: string
  onFirst: (() => void) | null
  onPrevious: (() => void) | null
  onNext: (() => void) | null
}

/** The way through a long list: each page begins after the last record of the one before, which costs the same however far in it is. */
export function Pager ({ label, onFirst, onPrevious, onNext }: PagerProps) {
  if (onFirst === null && onPrevious === null && onNext === null) return null
  const button = (text: string, go: (() => void) | null) => <Button variant='default' size='sm' disabled={go === null} onClick={() => { go?.() }}>{text}</Button>
  return (
    <Group component='nav' aria-label={label} mt='md' gap='xs'>
      {button('First', onFirst)}
      {button('Previous', onPrevious)}
      {button('Next', onNext)}
    </Group>
  )
}
