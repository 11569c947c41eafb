import { Stack, Switch, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { resourcesQuery } from '../../api/resources'
import { Empty } from '../../components/empty'
import { Loading } from '../../components/loading'
import { Problem } from '../../components/problem'
import { withFunction, type Permissions } from './permissions'

/** The named functions of the app, and which of them the role allows to call. */
export function FunctionsTab ({ permissions, onChange }: { permissions: Permissions, onChange: (permissions: Permissions) => void }) {
  const resources = useQuery(resourcesQuery)
  if (resources.isPending) return <Loading />
  if (resources.error !== null) return <Problem error={resources.error} title='The functions cannot be shown' retry={() => { resources.refetch() }} />
  if (resources.data.functions.length === 0) return <Empty title='The app declares no function' />
  const everything = permissions.all === true
  return (
    <Stack>
      {everything && <Text>This role may do everything, and so call each of them.</Text>}
      {resources.data.functions.map(name => (
        <Switch key={name} label={`May call ${name}`} disabled={everything} checked={everything || permissions.custom?.functions?.[name]?.allow === true} onChange={event => { onChange(withFunction(permissions, name, event.currentTarget.checked)) }} />
      ))}
    </Stack>
  )
}
