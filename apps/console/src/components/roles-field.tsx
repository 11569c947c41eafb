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
  /** Roles that are already assigned; the signed-in user may be unable to list them. */
  known?: readonly { id?: string | null, name?: string | null }[]
  disabled?: boolean
}

/** Lets people choose roles by name. */
export function RolesField ({ value = [], onChange, label = 'Roles', description, error, known = [], disabled }: RolesFieldProps) {
  const roles = useQuery(roleNamesQuery)
  if (roles.error !== null && roles.data === undefined) return <Problem error={roles.error} title="Couldn't load roles" retry={() => { roles.refetch() }} />
  const options = new Map([...known, ...roles.data ?? []].map(({ id, name }) => [id ?? '', name ?? id ?? '']))
  return (
    <MultiSelect
      label={label} description={description} error={error} searchable disabled={disabled}
      data={[...options].map(([id, name]) => ({ value: id, label: name }))}
      value={value} onChange={onChange} nothingFoundMessage='No matching roles' hidePickedOptions
      comboboxProps={{ transitionProps: { duration: 0 } }} placeholder={value.length === 0 ? 'Choose roles' : undefined}
    />
  )
}
