/** The date of an answer is of the second, and the answer was on its way. */
const NOISE_MS = 5000

export interface ClockCheckOptions {
  /** By how much the clocks may differ without anybody being told. */
  readonly toleranceMs: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Told by how much the clock of this machine is ahead, or behind where it is negative: once, until the clocks agree again. */
  readonly onDifference: (aheadMs: number) => void
}

/**
 * Compares this machine's clock with an issuer's, by the `Date` of its answers (RFC 9110 §6.6.1): a clock that is wrong has tokens
 * taken for expired that are not, and nothing else says why.
 */
export function createClockCheck ({ toleranceMs, now, onDifference }: ClockCheckOptions): (headers: Headers) => void {
  const tolerated = Math.max(toleranceMs, NOISE_MS)
  let agree = true
  return headers => {
    const date = Date.parse(headers.get('date') ?? '')
    if (Number.isNaN(date)) return
    // A cache keeps the date and tells how old the answer is (RFC 9111 §5.1), and some tell their own date: now is one of both, or between.
    const latest = date + (Number(headers.get('age')) || 0) * 1000
    const here = now()
    const ahead = here > latest ? here - latest : Math.min(here - date, 0)
    const agreed = agree
    agree = Math.abs(ahead) <= tolerated
    if (agreed && !agree) onDifference(ahead)
  }
}
