import { Button, Group, Paper, Tabs, Text, Title } from '@mantine/core'
import { IconEye } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { ViewedAs } from '../../api/ask'
import { Empty } from '../../components/empty'
import { Loading } from '../../components/loading'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { DataTab } from './data-tab'
import { DifferenceTab } from './difference-tab'
import { readSubject, subjectQuery, subjectText } from './subject'
import { SubjectChooser } from './subject-chooser'

const ExplorerTab = lazy(async () => ({ default: (await import('./explorer-tab')).ExplorerTab }))

/** What the API answers somebody else: its data, any query, and how that differs from what another one gets. */
export function ViewAsPage () {
  const { as, tab = 'data' } = useSearch({ from: '/app/view-as' })
  const navigate = useNavigate({ from: '/view-as' })
  const subject = readSubject(as)
  const choose = (subject: ViewedAs) => { navigate({ search: ({ tab, table }) => ({ tab, table, as: subjectText(subject) }) }) }
  const nobody = <Empty title='Nobody is chosen yet'>Choose above as whom the data is to be seen.</Empty>
  return (
    <>
      <PageTitle title='View as'>What somebody else gets of the API. It only asks, and the server's log says who looked as whom.</PageTitle>
      {subject === null
        ? (
          <Paper withBorder p='md' mb='lg' component='section' aria-labelledby='view-as-whom'>
            <Title order={2} size='h4' id='view-as-whom' mb='sm'>As whom?</Title>
            <SubjectChooser label='As whom' action='View' onChoose={choose} />
          </Paper>
          )
        : <Bar key={as} subject={subject} onLeave={() => { navigate({ search: ({ tab, table }) => ({ tab, table }) }) }} />}
      <Tabs value={tab} onChange={value => { navigate({ search: before => ({ ...before, tab: value ?? 'data' }), replace: true }) }} keepMounted={false}>
        <Tabs.List mb='md'>
          <Tabs.Tab value='data'>Data</Tabs.Tab>
          <Tabs.Tab value='explorer'>API explorer</Tabs.Tab>
          <Tabs.Tab value='difference'>Difference</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value='data'>{subject === null ? nobody : <DataTab key={as} subject={subject} />}</Tabs.Panel>
        <Tabs.Panel value='explorer'><Suspense fallback={<Loading />}><ExplorerTab key={as ?? ''} subject={subject} /></Suspense></Tabs.Panel>
        <Tabs.Panel value='difference'>{subject === null ? nobody : <DifferenceTab key={as} subject={subject} />}</Tabs.Panel>
      </Tabs>
    </>
  )
}

/** As whom the page is seen, and the way out. It stays in sight. */
function Bar ({ subject, onLeave }: { subject: ViewedAs, onLeave: () => void }) {
  const who = useQuery(subjectQuery(subject))
  return (
    <Paper withBorder p='sm' mb='lg' component='section' aria-label='As whom the page is seen' shadow='sm' style={{ position: 'sticky', top: 64, zIndex: 2, borderColor: 'var(--mantine-color-orange-8)', borderWidth: 2 }}>
      {who.error !== null && <Problem error={who.error} title='It cannot be viewed as that one' retry={() => { who.refetch() }} />}
      <Group justify='space-between' gap='xs'>
        <Group gap='xs' wrap='nowrap'>
          <IconEye size={18} aria-hidden style={{ flexShrink: 0 }} />
          <Text>Seen as: <b>{who.data ?? '…'}</b></Text>
        </Group>
        <Button size='compact-sm' variant='default' onClick={onLeave}>Stop viewing as</Button>
      </Group>
    </Paper>
  )
}
