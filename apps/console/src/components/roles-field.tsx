import { MultiSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { roleNamesQuery } from '../api/roles'
import { Problem } from './problem'

interface RolesFieldProps {
  value?: string[]
  onChange: (roleIds: string[]) => void
  label?: string
  description?: string
  error?: React.ReactNode
  /** Roles that are chosen, and may be none of those that can be read. */
  known?: readonly { id?: string | null, name?: string | null }[]
  disabled?: boolean
}

/** The choice of roles, by their names. */
export function RolesField ({ value = [], onChange, label = 'Roles', description, error, known = [], disabled }: RolesFieldProps) {
  const roles = useQuery(roleNamesQuery)
  if (roles.error !== null) return <Problem error={roles.error} title='The roles to choose from cannot be shown' />
  const options = new Map([...known, ...roles.data ?? []].map(({ id, name }) => [id ?? '', name ?? id ?? '']))
  return (
    <MultiSelect
      label={label} description={description} error={error} searchable disabled={disabled}
      data={[...options].map(([id, name]) => ({ value: id, label: name }))}
      value={value} onChange={onChange} nothingFoundMessage='No such role' hidePickedOptions
      comboboxProps={{ transitionProps: { duration: 0 } }} placeholder={value.length === 0 ? 'Choose roles' : undefined}
    />
  )
}
