import { Code } from '@mantine/core'
import { Moment } from './moment'

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:/

/** A field's value, in one line. */
export function FieldValue ({ of }: { of: unknown }) {
  if (of == null || of === '') return <>–</>
  if (typeof of === 'string' && time.test(of)) return <Moment at={of} />
  if (typeof of !== 'object') return <>{String(of)}</>
  const records = Array.isArray(of) ? of : (of as { items?: unknown }).items
  if (Array.isArray(records)) return records.length === 0 ? <>none</> : <>{records.map(nameOf).join(', ')}</>
  const name = nameOf(of)
  return name.startsWith('{') ? <Code>{name}</Code> : <>{name}</>
}

/** A short name for a record. */
function nameOf (record: unknown): string {
  if (typeof record !== 'object' || record === null) return String(record)
  const { name, email, id } = record as Record<string, unknown>
  const called = name ?? email ?? id
  return typeof called === 'string' ? called : JSON.stringify(record)
}
