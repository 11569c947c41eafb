import { Fieldset, Stack, Switch, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { resourcesQuery } from '../../api/resources'
import { Loading } from '../../components/loading'
import { Problem } from '../../components/problem'
import { withCustom, type CustomKind, type Permissions } from './permissions'

interface FunctionsTabProps {
  permissions: Permissions
  onChange: (permissions: Permissions) => void
}

/** Permissions that clients of 8base know besides tables and functions. */
const apps: readonly { kind: CustomKind, name: string, label: string, description: string }[] = [
  { kind: 'settings', name: 'workspaceAdministration', label: 'Workspace administration', description: 'workspaceAdministration: for apps that show their settings only with it' },
  { kind: 'users', name: 'teamAdministration', label: 'Team administration', description: 'teamAdministration: for apps that show user administration only with it' }
]

/** The named functions of the app, and the custom permissions that apps check themselves. */
export function FunctionsTab ({ permissions, onChange }: FunctionsTabProps) {
  const resources = useQuery(resourcesQuery)
  const everything = permissions.all === true
  const choice = (kind: CustomKind, name: string, label: string, description?: string) => (
    <Switch
      key={name} label={label} description={description} disabled={everything} checked={everything || permissions.custom?.[kind]?.[name]?.allow === true}
      onChange={event => { onChange(withCustom(permissions, kind, name, event.currentTarget.checked)) }}
    />
  )
  const others = (['settings', 'users'] as const).flatMap(kind => Object.keys(permissions.custom?.[kind] ?? {}).filter(name => apps.every(known => known.kind !== kind || known.name !== name)).map(name => ({ kind, name })))
  return (
    <Stack>
      {everything && <Text>This role has full access, so it allows all of these.</Text>}
      <Fieldset legend='Functions'>
        {resources.isPending && <Loading />}
        {resources.error !== null && <Problem error={resources.error} title="Couldn't load functions" retry={() => { resources.refetch() }} />}
        {resources.data !== undefined && (resources.data.functions.length === 0
          ? <Text>The app declares no functions.</Text>
          : <Stack gap='sm'>{resources.data.functions.map(name => choice('functions', name, `Call ${name}`))}</Stack>)}
      </Fieldset>
      <Fieldset legend='Apps'>
        <Stack gap='sm'>
          <Text size='sm'>Latchkey only stores these: your apps read and enforce them. They are in <code>User.permissions</code>, with the resource type <code>custom</code>.</Text>
          {apps.map(({ kind, name, label, description }) => choice(kind, name, label, description))}
          {others.map(({ kind, name }) => choice(kind, name, name, `custom.${kind}.${name}`))}
        </Stack>
      </Fieldset>
    </Stack>
  )
}
