import { Box, Group, SegmentedControl, SimpleGrid, Skeleton, Stack, Table, Text, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { ask } from '../../api/ask'
import { Loading } from '../../components/loading'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import type { PerDayQuery } from '../../graphql/graphql'
import { refusalText } from './refusals'
import { series } from './series'

const PerDayDocument = graphql(`
  query PerDay($from: String, $to: String) {
    activityPerDay(from: $from, to: $to) { day signIns signUps refused refusals { reason count } }
  }
`)

export type Day = PerDayQuery['activityPerDay'][number]

/** Loaded separately: nothing else needs the chart library. */
const Chart = lazy(async () => ({ default: (await import('./chart')).Chart }))
const CHART_HEIGHT = 240

const ranges = ['7', '30', '90']
const DAY_MS = 86_400_000
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' })

/** The numbers of sign-ins, sign-ups and refusals per day. */
export function PerDay () {
  const { days: wanted = '30' } = useSearch({ from: '/app/activity' })
  const navigate = useNavigate({ from: '/activity' })
  const days = ranges.includes(wanted) ? wanted : '30'
  const perDay = useQuery({
    queryKey: ['activity', 'per day', days],
    queryFn: async () => (await ask(PerDayDocument, { from: utcDay((Number(days) - 1) * DAY_MS), to: utcDay(0) })).activityPerDay,
    placeholderData: keepPreviousData
  })
  return (
    <Stack component='section' aria-labelledby='per-day' gap='sm' mb='xl'>
      <Group justify='space-between'>
        <Title order={2} size='h4' id='per-day'>Sign-ins by day</Title>
        <SegmentedControl
          aria-label='Period' size='xs' value={days} transitionDuration={0} data={ranges.map(value => ({ value, label: `${value} days` }))}
          onChange={value => { navigate({ search: before => ({ ...before, days: value }), replace: true }) }}
        />
      </Group>
      {perDay.isPending && <Loading />}
      {perDay.error !== null && <Problem error={perDay.error} title="Couldn't load sign-ins by day" retry={() => { perDay.refetch() }} />}
      {perDay.data !== undefined && <Numbers days={perDay.data} />}
    </Stack>
  )
}

function Numbers ({ days }: { days: readonly Day[] }) {
  const sums = series.map(one => ({ ...one, sum: days.reduce((sum, day) => sum + day[one.field], 0) }))
  const reasons = new Map<string, number>()
  for (const { refusals } of days) for (const { reason, count } of refusals) reasons.set(reason, (reasons.get(reason) ?? 0) + count)
  const summary = sums.map(({ label, sum }) => `${label.toLowerCase()}: ${sum.toLocaleString()}`).join(', ')
  return (
    <>
      <SimpleGrid cols={3} component='dl' m={0} spacing='xs'>
        {sums.map(({ field, label, sum, color }) => (
          <Box key={field} style={{ borderLeft: `4px solid ${color}`, paddingLeft: 8 }}>
            <Text component='dt' size='sm' c='dimmed'>{label}</Text>
            <Text component='dd' m={0} size='xl' fw={650}>{sum.toLocaleString()}</Text>
          </Box>
        ))}
      </SimpleGrid>
      {sums.every(({ sum }) => sum === 0)
        ? <Text c='dimmed'>No sign-ins, sign-ups or refusals in this period.</Text>
        : (
          <div role='img' style={{ overflow: 'hidden' }} aria-label={`Chart of the last ${days.length} days. Totals: ${summary}. The table below has the daily numbers.`}>
            <Suspense fallback={<Skeleton height={CHART_HEIGHT} animate={false} />}><Chart days={days} height={CHART_HEIGHT} /></Suspense>
          </div>
          )}
      <details>
        <summary>Daily numbers (UTC)</summary>
        <Table aria-label='Sign-ins by day' fz='sm' verticalSpacing={4} mt='xs' styles={{ th: { overflowWrap: 'break-word' } }}>
          <Table.Thead><Table.Tr><Table.Th>Day</Table.Th>{series.map(({ field, label }) => <Table.Th key={field} ta='right'>{label}</Table.Th>)}</Table.Tr></Table.Thead>
          <Table.Tbody>
            {days.toReversed().map(one => (
              <Table.Tr key={one.day}><Table.Th scope='row'><time dateTime={one.day}>{day.format(new Date(one.day))}</time></Table.Th>{series.map(({ field }) => <Table.Td key={field} ta='right'>{one[field].toLocaleString()}</Table.Td>)}</Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </details>
      {reasons.size > 0 && (
        <div>
          <Title order={3} size='h5' id='refusals'>Reasons for refusals</Title>
          <Table aria-labelledby='refusals' fz='sm' verticalSpacing={4}>
            <Table.Thead><Table.Tr><Table.Th>Reason</Table.Th><Table.Th ta='right' miw='4.5rem'>Count</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{[...reasons].sort(([, one], [, other]) => other - one).map(([reason, count]) => <Table.Tr key={reason}><Table.Th scope='row' fw={400}>{refusalText(reason)}</Table.Th><Table.Td ta='right'>{count.toLocaleString()}</Table.Td></Table.Tr>)}</Table.Tbody>
          </Table>
        </div>
      )}
    </>
  )
}

function utcDay (ago: number): string {
  return new Date(Date.now() - ago).toISOString().slice(0, 10)
}
