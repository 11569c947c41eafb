import { followStored, type Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import type { Role } from './permissions.js'
import { loadRoles, VERSION_TABLE, type StoredRoles } from './roles-store.js'

/** The roles in memory, which all decisions use. */
export interface KnownRoles {
  /** By name. */
  readonly all: readonly Role[]
  get (id: string): Role | undefined
  /** Runs a change made by this process and applies its result at once. Changes run one after another. */
  change (write: () => Promise<StoredRoles>): Promise<void>
  /** Loads changes made by other instances of the app. Checks at most once a second, and never fails. `undefined` if there is nothing to wait for. */
  refresh (): Promise<void> | undefined
  /** Loads them however recent the last check was. */
  catchUp (): Promise<void>
}

interface Listeners {
  /** Called when the roles have changed. */
  onChange (): void
  /** Called with an error when the database becomes unavailable, and without one when it is available again. */
  report (error: unknown): void
}

export async function keepRoles (db: Kysely<Tables>, { onChange, report }: Listeners): Promise<KnownRoles> {
  let known = indexed(await loadRoles(db))

  function take (stored: StoredRoles): void {
    known = indexed(stored)
    onChange()
  }
  const { exclusively, refresh, catchUp } = followStored({ db, table: VERSION_TABLE, known: () => known.version, load: () => loadRoles(db), take, report })

  return {
    get all () { return known.byName },
    get: id => known.byId.get(id),
    change: async write => { await exclusively(async () => { take(await write()) }) },
    refresh,
    catchUp: () => exclusively(catchUp)
  }
}

function indexed ({ version, roles }: StoredRoles) {
  const byName = Object.freeze([...roles].sort((one, other) => one.name < other.name ? -1 : 1))
  return { version, byName, byId: new Map(roles.map(role => [role.id, role])) }
}
