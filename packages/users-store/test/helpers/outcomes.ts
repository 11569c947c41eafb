/** The numbers from 0, as many as that. */
export const range = (length: number) => Array.from({ length }, (_, index) => index)

/** How many calls succeeded, and how many failed with each code. */
export async function outcomes (calls: Promise<unknown>[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const result of await Promise.allSettled(calls)) {
    const outcome = result.status === 'fulfilled' ? 'done' : String((result.reason as { code?: string }).code ?? result.reason)
    found[outcome] = (found[outcome] ?? 0) + 1
  }
  return found
}
