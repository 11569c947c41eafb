import { Button, Group, MultiSelect, Radio, Stack } from '@mantine/core'
import { useState } from 'react'
import type { Resources, ResourceTable } from '../../api/resources'
import { same } from '../../api/same'
import { useUnsaved } from '../../api/unsaved'
import { Dialog } from '../../components/dialog'
import { FilterEditor, parseFilter } from './filter-editor'
import type { Action, Extent, Permission } from './permissions'

interface EditedPermission {
  table: ResourceTable
  action: Action
  permission: Permission | null
  /** The initial choice of records. */
  extent: Extent
}

interface PermissionDialogProps {
  /** What to edit; null if the dialog is closed. */
  edited: EditedPermission | null
  variables: Resources['variables']
  onDone: (edited: EditedPermission, permission: Permission | null) => void
  onClose: () => void
}

/** Edits the records and fields of a table for which an action is allowed. It must stay rendered when closed: that returns the focus. */
export function PermissionDialog ({ edited, variables, onDone, onClose }: PermissionDialogProps) {
  return (
    <Dialog opened={edited !== null} onClose={onClose} title={edited === null ? '' : `${edited.action} ${edited.table.name}`}>
      {edited !== null && <PermissionForm {...edited} variables={variables} onDone={permission => { onDone(edited, permission) }} onClose={onClose} />}
    </Dialog>
  )
}

interface PermissionFormProps extends EditedPermission {
  variables: Resources['variables']
  onDone: (permission: Permission | null) => void
  onClose: () => void
}

function PermissionForm ({ table, action, variables, permission, extent, onDone, onClose }: PermissionFormProps) {
  const named = permission?.fields === undefined ? null : Object.keys(permission.fields).filter(field => permission.fields?.[field] === true)
  const [records, setRecords] = useState<Extent>(extent)
  const [text, setText] = useState(JSON.stringify(permission?.filter ?? {}, null, 2))
  const [someFields, setSomeFields] = useState(named !== null)
  const [fields, setFields] = useState(named ?? [])
  const entered = { records, text, someFields, fields }
  const [before] = useState(entered)
  useUnsaved(!same(entered, before))
  const { filter } = parseFilter(text)
  const done = () => {
    if (records === 'none') return onDone(null)
    onDone({
      allow: true,
      ...action !== 'delete' && someFields && { fields: Object.fromEntries(fields.map(field => [field, true])) },
      ...records === 'some' && filter !== null && { filter }
    })
  }
  return (
    <Stack>
      <Radio.Group label='Records' value={records} onChange={value => { setRecords(value as Extent) }}>
        <Group mt={4}>
          <Radio value='all' label='All records' data-autofocus />
          <Radio value='none' label='No records' />
          <Radio value='some' label='Custom filter' />
        </Group>
      </Radio.Group>
      {records === 'some' && <FilterEditor table={table} variables={variables} text={text} onChange={setText} />}
      {records !== 'none' && action !== 'delete' && (
        <Radio.Group label='Fields' value={someFields ? 'some' : 'all'} onChange={value => { setSomeFields(value === 'some') }}>
          <Group mt={4}>
            <Radio value='all' label='All fields, including future ones' />
            <Radio value='some' label='Only some fields' />
          </Group>
        </Radio.Group>
      )}
      {records !== 'none' && action !== 'delete' && someFields && (
        <MultiSelect label='Allowed fields' data={[...new Set([...table.fields.map(({ name }) => name), ...fields])]} value={fields} onChange={setFields} searchable comboboxProps={{ transitionProps: { duration: 0 } }} />
      )}
      <Group justify='flex-end'>
        <Button variant='default' onClick={onClose}>Cancel</Button>
        <Button onClick={done} disabled={records === 'some' && filter === null}>Apply</Button>
      </Group>
    </Stack>
  )
}
