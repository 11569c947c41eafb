import type { TokenStep } from '@latchkey/auth-profiles'

/** One thing that was looked at: told in the way of the steps of a token, which are among them. */
export type Check = TokenStep

export function ok (name: string, detail: string): Check {
  return { name, state: 'ok', detail }
}

export function problem (name: string, detail: string, remedy: string): Check {
  return { name, state: 'problem', detail, remedy }
}

export function note (name: string, detail: string, remedy?: string): Check {
  return { name, state: 'note', detail, ...(remedy === undefined ? {} : { remedy }) }
}
