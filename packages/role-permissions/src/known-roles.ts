import { createRefresh } from '@latchkey/database'
import type { Role } from './permissions.js'
import type { StoredRoles } from './roles-store.js'

/** The roles in memory, which every decision is made from. */
export interface KnownRoles {
  /** By name. */
  readonly all: readonly Role[]
  get (id: string): Role | undefined
  /** Takes over what a change made in this process left behind, at once. */
  install (stored: StoredRoles): void
  /** Takes over changes that other copies of the app made; looks at most once a second, and never fails. `undefined` where that was done already. */
  refresh (): Promise<void> | undefined
}

interface Source {
  readonly initial: StoredRoles
  readVersion (): Promise<number>
  load (): Promise<StoredRoles>
  /** Told whenever the roles are other ones. */
  onChange (): void
  /** Told when the database can no longer be asked, and when it can again, with no error. */
  report (error: unknown): void
}

export function keepRoles (source: Source): KnownRoles {
  let known = indexed(source.initial)
  /** Counts changes of this process: what was read before one must not replace it. */
  let installed = 0

  function take (stored: StoredRoles): void {
    known = indexed(stored)
    source.onChange()
  }

  async function compare (late: AbortSignal): Promise<void> {
    const before = installed
    if (await source.readVersion() === known.version) return
    const stored = await source.load()
    if (installed === before && !late.aborted) take(stored)
  }

  return {
    get all () { return known.byName },
    get: id => known.byId.get(id),
    install: stored => {
      installed++
      // Two changes of one process may come back in the other order.
      if (stored.version > known.version) take(stored)
    },
    refresh: createRefresh(compare, error => { source.report(error) })
  }
}

function indexed ({ version, roles }: StoredRoles) {
  const byName = Object.freeze([...roles].sort((one, other) => one.name < other.name ? -1 : 1))
  return { version, byName, byId: new Map(roles.map(role => [role.id, role])) }
}
