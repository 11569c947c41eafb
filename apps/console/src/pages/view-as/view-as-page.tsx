import { Alert, Button, Group, Paper, Tabs, Text, Title } from '@mantine/core'
import { IconEye, IconLock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { ViewedAs } from '../../api/ask'
import { hasFullAccess, meQuery } from '../../api/me'
import { Empty } from '../../components/empty'
import { Loading } from '../../components/loading'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { DataTab } from './data-tab'
import { DifferenceTab } from './difference-tab'
import { readSubject, subjectQuery, subjectText } from './subject'
import { SubjectChooser } from './subject-chooser'

const ExplorerTab = lazy(async () => ({ default: (await import('./explorer-tab')).ExplorerTab }))

/** What the API returns to another subject: records, any query, and a comparison with a second subject. */
export function ViewAsPage () {
  const { as, tab = 'data' } = useSearch({ from: '/app/view-as' })
  const navigate = useNavigate({ from: '/view-as' })
  const { data: me } = useQuery(meQuery)
  const isRefused = me?.roles != null && !hasFullAccess(me.roles.items)
  const subject = isRefused ? null : readSubject(as)
  const choose = (subject: ViewedAs) => { navigate({ search: ({ tab, table }) => ({ tab, table, as: subjectText(subject) }) }) }
  const nobody = isRefused ? <FullAccessNeeded /> : <Empty title='Nobody selected'>Choose above who to view the data as.</Empty>
  return (
    <>
      <PageTitle title='View as'>See what the API returns to someone else. Nothing can be changed as them, and the server logs who viewed as whom.</PageTitle>
      {subject === null
        ? !isRefused && (
          <Paper withBorder p='md' mb='lg' component='section' aria-labelledby='view-as-whom'>
            <Title order={2} size='h4' id='view-as-whom' mb='sm'>Who to view as</Title>
            <SubjectChooser label='Who to view as' action='View' onChoose={choose} />
          </Paper>
          )
        : <Bar key={as} subject={subject} onLeave={() => { navigate({ search: ({ tab, table }) => ({ tab, table }) }) }} />}
      <Tabs value={tab} onChange={value => { navigate({ search: before => ({ ...before, tab: value ?? 'data' }), replace: true }) }} keepMounted={false}>
        <Tabs.List mb='md'>
          <Tabs.Tab value='data'>Data</Tabs.Tab>
          <Tabs.Tab value='explorer'>API explorer</Tabs.Tab>
          <Tabs.Tab value='difference'>Compare</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value='data'>{subject === null ? nobody : <DataTab key={as} subject={subject} />}</Tabs.Panel>
        <Tabs.Panel value='explorer'><Suspense fallback={<Loading />}><ExplorerTab key={as ?? ''} subject={subject} /></Suspense></Tabs.Panel>
        <Tabs.Panel value='difference'>{subject === null ? nobody : <DifferenceTab key={as} subject={subject} />}</Tabs.Panel>
      </Tabs>
    </>
  )
}

function FullAccessNeeded () {
  return (
    <Alert role='alert' color='orange' icon={<IconLock aria-hidden />} title="You can't view as someone else">
      Viewing as someone else requires a role with full access. Ask an administrator to do it, or to give you such a role. In the API explorer, you can run queries as yourself.
    </Alert>
  )
}

/** Shows who the page is viewed as, with a button to stop. It stays in sight while scrolling. */
function Bar ({ subject, onLeave }: { subject: ViewedAs, onLeave: () => void }) {
  const who = useQuery(subjectQuery(subject))
  return (
    <Paper withBorder p='sm' mb='lg' component='section' aria-label='Viewing as' shadow='sm' className='top-bar' style={{ position: 'sticky', top: 64, zIndex: 2, borderColor: 'var(--mantine-color-orange-8)', borderWidth: 2 }}>
      {who.error !== null && <Problem error={who.error} title="Couldn't load who you're viewing as" retry={() => { who.refetch() }} />}
      <Group justify='space-between' gap='xs'>
        <Group gap='xs' wrap='nowrap'>
          <IconEye size={18} aria-hidden style={{ flexShrink: 0 }} />
          <Text>Viewing as: <b>{who.data ?? '…'}</b></Text>
        </Group>
        <Button size='compact-sm' variant='default' onClick={onLeave}>Stop viewing</Button>
      </Group>
    </Paper>
  )
}
