import { followStored, type Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import type { Role } from './permissions.js'
import { loadRoles, VERSION_TABLE, type StoredRoles } from './roles-store.js'

/** The roles in memory, which every decision is made from. */
export interface KnownRoles {
  /** By name. */
  readonly all: readonly Role[]
  get (id: string): Role | undefined
  /** Takes over what a change made in this process leaves behind, at once; one change after the other. */
  change (write: () => Promise<StoredRoles>): Promise<void>
  /** Takes over changes that other copies of the app made; looks at most once a second, and never fails. `undefined` where that was done already. */
  refresh (): Promise<void> | undefined
}

interface Listeners {
  /** Told whenever the roles are other ones. */
  onChange (): void
  /** Told when the database can no longer be asked, and when it can again, with no error. */
  report (error: unknown): void
}

export async function keepRoles (db: Kysely<Tables>, { onChange, report }: Listeners): Promise<KnownRoles> {
  let known = indexed(await loadRoles(db))

  function take (stored: StoredRoles): void {
    known = indexed(stored)
    onChange()
  }
  const { exclusively, refresh } = followStored({ db, table: VERSION_TABLE, known: () => known.version, load: () => loadRoles(db), take, report })

  return {
    get all () { return known.byName },
    get: id => known.byId.get(id),
    change: async write => { await exclusively(async () => { take(await write()) }) },
    refresh
  }
}

function indexed ({ version, roles }: StoredRoles) {
  const byName = Object.freeze([...roles].sort((one, other) => one.name < other.name ? -1 : 1))
  return { version, byName, byId: new Map(roles.map(role => [role.id, role])) }
}
