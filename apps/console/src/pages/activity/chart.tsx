import { CartesianGrid, Legend, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { Day } from './per-day'
import { series } from './series'

const short = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' })
const text = { fill: 'var(--mantine-color-dimmed)', fontSize: 12 }
const nameOf = (day: unknown) => short.format(new Date(String(day)))

/** A line chart of the days. A table has the same numbers, so for assistive technology the chart is just an image. */
export function Chart ({ days, height }: { days: readonly Day[], height: number }) {
  return (
    <ResponsiveContainer width='100%' height={height}>
      <LineChart data={[...days]} margin={{ top: 8, right: 8, bottom: 0, left: -16 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke='var(--mantine-color-default-border)' />
        <XAxis dataKey='day' tickFormatter={nameOf} tick={text} minTickGap={24} />
        <YAxis allowDecimals={false} tick={text} />
        <Tooltip labelFormatter={nameOf} contentStyle={{ backgroundColor: 'var(--mantine-color-body)', color: 'var(--mantine-color-text)', borderColor: 'var(--mantine-color-default-border)' }} isAnimationActive={false} />
        <Legend iconType='plainline' itemSorter={null} formatter={label => <span style={{ color: 'var(--mantine-color-text)' }}>{label}</span>} />
        {series.map(({ field, label, color, dashes }) => <Line key={field} dataKey={field} name={label} stroke={color} strokeDasharray={dashes} strokeWidth={2} dot={days.length < 10} isAnimationActive={false} />)}
      </LineChart>
    </ResponsiveContainer>
  )
}
