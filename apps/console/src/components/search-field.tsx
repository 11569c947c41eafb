import { TextInput, type TextInputProps } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'

interface SearchFieldProps extends Omit<TextInputProps, 'value' | 'defaultValue' | 'onChange'> {
  /** The text in the page's address. */
  value: string | undefined
  /** Called shortly after the last keystroke, to change the address. */
  onSearch: (text: string) => void
}

/** A field whose text is in the page's address. It follows the address, except where that lags behind what is being typed. */
export function SearchField ({ value = '', onSearch, ...props }: SearchFieldProps) {
  const [text, setText] = useState(value)
  // The text in the address as last seen, then those that it is to become.
  const known = useRef([value])
  const search = useDebouncedCallback((typed: string) => {
    known.current.push(typed)
    onSearch(typed)
  }, 250)
  useEffect(() => {
    const own = known.current.indexOf(value)
    known.current = own === -1 ? [value] : known.current.slice(own)
    if (own === -1) setText(value)
  }, [value])
  return <TextInput type='search' value={text} onChange={event => { setText(event.currentTarget.value); search(event.currentTarget.value.trim()) }} {...props} />
}
