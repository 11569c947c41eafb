const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** A time, as people here write it; to the second for who looks closer. */
export function Moment ({ at, never = '–' }: { at: string | null | undefined, never?: string }) {
  return at == null ? <>{never}</> : <time dateTime={at} title={at}>{format.format(new Date(at))}</time>
}
