import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { tokenNamesQuery } from '../api/api-tokens'
import { Problem } from './problem'

interface TokenFieldProps {
  value?: string
  onChange: (id: string) => void
  error?: React.ReactNode
  required?: boolean
}

/** Lets people choose an API token by name. */
export function TokenField ({ value = '', onChange, ...props }: TokenFieldProps) {
  const tokens = useQuery(tokenNamesQuery)
  if (tokens.error !== null && tokens.data === undefined) return <Problem error={tokens.error} title="Couldn't load API tokens" retry={() => { tokens.refetch() }} />
  return (
    <Select
      label='API token' searchable data={tokens.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []} nothingFoundMessage='No matching API tokens'
      value={value === '' ? null : value} onChange={id => { onChange(id ?? '') }} comboboxProps={{ transitionProps: { duration: 0 } }} {...props}
    />
  )
}
