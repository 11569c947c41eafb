import { Alert, Button, Fieldset, NativeSelect, SimpleGrid, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { resourcesQuery } from '../../api/resources'
import { Loading } from '../../components/loading'
import { Problem } from '../../components/problem'
import { PermissionDialog } from './permission-dialog'
import { actions, extentOf, withPermission, type Action, type Extent, type Permissions } from './permissions'

interface DataTabProps {
  permissions: Permissions
  onChange: (permissions: Permissions) => void
  /** The permission to open initially. */
  opened: { table: string, action: Action } | null
  /** Called when a permission is opened or closed in the dialog. */
  onEditing: (editing: boolean) => void
}

interface Edited { table: string, action: Action, extent: Extent, isFromAddress?: boolean }

/** The tables, with the records and fields that the role allows. */
export function DataTab ({ permissions, onChange, opened, onEditing }: DataTabProps) {
  const resources = useQuery(resourcesQuery)
  const [edited, setEdited] = useState<Edited | null>(opened === null ? null : { ...opened, extent: extentOf(permissions, opened.table, opened.action), isFromAddress: true })
  const editing = edited !== null
  useEffect(() => {
    onEditing(editing)
    return () => { onEditing(false) }
  }, [editing, onEditing])
  const last = useRef(edited)
  useEffect(() => {
    const closed = edited === null ? last.current : null
    last.current = edited
    // The dialog returns the focus to what opened it, unless that is gone, or was the address.
    if (closed !== null && (closed.isFromAddress === true || extentOf(permissions, closed.table, closed.action) === 'none')) document.getElementById(idOf(closed.table, closed.action))?.focus()
  })
  if (permissions.all === true) {
    return (
      <Alert title='This role has full access'>
        <p>It allows every action on every table and function, including future ones. At least one role must keep full access.</p>
        <Button variant='default' size='xs' onClick={() => { onChange({ data: {} }) }}>Choose individual permissions</Button>
      </Alert>
    )
  }
  if (resources.isPending) return <Loading />
  const failed = resources.error !== null && <Problem error={resources.error} title="Couldn't load tables" retry={() => { resources.refetch() }} />
  if (resources.data === undefined) return failed
  const table = resources.data.tables.find(({ name }) => name === edited?.table)
  const choose = (table: string, action: Action, extent: Extent) => {
    const before = permissions.data?.[table]?.[action]
    if (extent === 'some') setEdited({ table, action, extent })
    else onChange(withPermission(permissions, table, action, extent === 'none' ? null : { allow: true, ...before?.fields !== undefined && { fields: before.fields } }))
  }
  return (
    <Stack>
      {failed}
      {resources.data.tables.map(({ name }) => (
        <Fieldset key={name} legend={name}>
          <SimpleGrid className='permissions' cols={{ base: 2, md: 4 }} spacing='sm'>
            {actions.map(action => {
              const extent = extentOf(permissions, name, action)
              const fields = permissions.data?.[name]?.[action]?.fields
              const count = fields === undefined ? null : Object.values(fields).filter(allowed => allowed).length
              const limits = `${count === null ? 'All fields' : count === 1 ? '1 field' : `${count} fields`}${extent === 'some' ? ', filter' : ''}`
              return (
                <div key={action}>
                  <NativeSelect
                    id={idOf(name, action)}
                    label={action} aria-label={`${action} ${name}`} value={extent} onChange={event => { choose(name, action, event.currentTarget.value as Extent) }}
                    data={[{ value: 'all', label: 'All records' }, { value: 'none', label: 'No records' }, { value: 'some', label: 'Custom filter' }]}
                  />
                  {extent !== 'none' && (
                    <Button mt={4} size='compact-xs' variant='subtle' aria-label={`${limits}: ${action} ${name}`} onClick={() => { setEdited({ table: name, action, extent }) }}>{limits}</Button>
                  )}
                </div>
              )
            })}
          </SimpleGrid>
        </Fieldset>
      ))}
      <PermissionDialog
        edited={edited === null || table === undefined ? null : { ...edited, table, permission: permissions.data?.[table.name]?.[edited.action] ?? null }}
        variables={resources.data.variables}
        onDone={({ table, action }, permission) => { onChange(withPermission(permissions, table.name, action, permission)); setEdited(null) }}
        onClose={() => { setEdited(null) }}
      />
    </Stack>
  )
}

/** The id of the field that chooses the records. */
function idOf (table: string, action: Action): string {
  return `records-${table}-${action}`
}
