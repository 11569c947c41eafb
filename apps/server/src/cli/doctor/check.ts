/** One thing that was looked at. */
export interface Check {
  readonly name: string
  /** `note`: nothing is wrong, but worth knowing; `skipped`: something before it stood in its way. */
  readonly state: 'ok' | 'problem' | 'note' | 'skipped'
  readonly detail: string
  /** What to do about a problem. */
  readonly remedy?: string
}

export function ok (name: string, detail: string): Check {
  return { name, state: 'ok', detail }
}

export function problem (name: string, detail: string, remedy: string): Check {
  return { name, state: 'problem', detail, remedy }
}

export function note (name: string, detail: string, remedy?: string): Check {
  return { name, state: 'note', detail, ...(remedy === undefined ? {} : { remedy }) }
}
