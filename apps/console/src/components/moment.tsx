const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** A time in the browser's locale; its title has the exact value. */
export function Moment ({ at, never = '–' }: { at: string | null | undefined, never?: string }) {
  return at == null ? <>{never}</> : <time dateTime={at} title={at}>{format.format(new Date(at))}</time>
}
