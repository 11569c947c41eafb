import type { TokenStep } from '@latchkey/auth-profiles'

/** The result of one check. It has the shape of a token's steps, because those are printed as checks too. */
export type Check = TokenStep

export function ok (name: string, detail: string): Check {
  return { name, state: 'ok', detail }
}

/** @param remedy omit it if the detail says it */
export function problem (name: string, detail: string, remedy?: string): Check {
  return { name, state: 'problem', detail, ...(remedy === undefined ? {} : { remedy }) }
}

export function note (name: string, detail: string, remedy?: string): Check {
  return { name, state: 'note', detail, ...(remedy === undefined ? {} : { remedy }) }
}
