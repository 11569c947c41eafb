/** One step of the examination of a token. */
export interface TokenStep {
  readonly name: string
  /** `note`: accepted, but worth knowing; `skipped`: not reached because of an earlier problem. */
  readonly state: 'ok' | 'problem' | 'note' | 'skipped'
  readonly detail: string
  /** What to do about a problem. */
  readonly remedy?: string
}

export function ok (name: string, detail: string): TokenStep {
  return { name, state: 'ok', detail }
}

export function problem (name: string, detail: string, remedy: string): TokenStep {
  return { name, state: 'problem', detail, remedy }
}

export function note (name: string, detail: string): TokenStep {
  return { name, state: 'note', detail }
}
