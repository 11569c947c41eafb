import { Button, Group } from '@mantine/core'

interface PagerProps {
  /** The accessible name. */
  label: string
  onFirst: (() => void) | null
  onPrevious: (() => void) | null
  onNext: (() => void) | null
}

/** Navigation through a long list. Pages are found by cursor, so that distant pages cost no more than near ones. */
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
