/** `Date` has a resolution of one second, and the response took time to arrive. */
const NOISE_MS = 5000

export interface ClockCheckOptions {
  /** A difference up to this is not reported. */
  readonly toleranceMs: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Receives how far this machine's clock is ahead (negative: behind). Called once, until the clocks agree again. */
  readonly onDifference: (aheadMs: number) => void
}

/**
 * Compares this machine's clock with an issuer's, by the `Date` of its responses (RFC 9110 §6.6.1). A wrong clock makes
 * valid tokens look expired, and nothing else would show why.
 */
export function createClockCheck ({ toleranceMs, now, onDifference }: ClockCheckOptions): (headers: Headers) => void {
  const tolerated = Math.max(toleranceMs, NOISE_MS)
  let agree = true
  return headers => {
    const date = Date.parse(headers.get('date') ?? '')
    if (Number.isNaN(date)) return
    // Caches keep the original date and add `Age` (RFC 9111 §5.1), but some send their own date: the true time is one of the two or between.
    const latest = date + (Number(headers.get('age')) || 0) * 1000
    const here = now()
    const ahead = here > latest ? here - latest : Math.min(here - date, 0)
    const agreed = agree
    agree = Math.abs(ahead) <= tolerated
    if (agreed && !agree) onDifference(ahead)
  }
}
