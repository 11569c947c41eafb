import { sql, type Kysely } from 'kysely'
import { dialectOf } from './dialect.js'

/** The channel for notifications of changes: with an empty text for a change, otherwise for a test of arrival. */
export const CHANNEL = 'latchkey_changes'

/** Row triggers, and one for truncate, which fires no row triggers. */
const TRIGGERS = { latchkey_changed: 'insert or update or delete', latchkey_truncated: 'truncate' }

/**
 * Makes PostgreSQL notify of each change of these tables, whoever makes it, for `seenChanges`. Call it in a migration of the
 * package that owns them. Can be repeated. Does nothing on SQLite.
 *
 * @param tables by SQL name
 */
export async function tellOfChanges<DB> (db: Kysely<DB>, tables: readonly string[]): Promise<void> {
  if (dialectOf(db) === 'sqlite') return
  for (const name of tables) {
    const table = sql.table(name)
    // One function per table, in its schema, because packages come and go and may be migrated by different database users.
    const procedure = sql.table(`${name}_changed`)
    await sql`create or replace function ${procedure}() returns trigger language plpgsql as ${sql.lit(`begin perform pg_catalog.pg_notify('${CHANNEL}', ''); return null; end`)}`.execute(db)
    for (const [trigger, events] of Object.entries(TRIGGERS)) {
      await sql`drop trigger if exists ${sql.ref(trigger)} on ${table}`.execute(db)
      // Row triggers stay silent if nothing changes, and also fire on a replica, where statement triggers do not.
      // PostgreSQL merges all notifications of a transaction.
      await sql`create trigger ${sql.ref(trigger)} after ${sql.raw(events)} on ${table} for each ${sql.raw(events === 'truncate' ? 'statement' : 'row')} execute function ${procedure}()`.execute(db)
      // Always on, even with `session_replication_role`, which restore tools set.
      await sql`alter table ${table} enable always trigger ${sql.ref(trigger)}`.execute(db)
    }
  }
}

/**
 * Checks the triggers of the tables in `$1`. Returns one row: `silent` lists the tables that lack a trigger; `version` changes
 * after events that no trigger reports: a table was replaced, its rows were rewritten, or its triggers were off meanwhile. Both
 * use this connection's search path.
 */
export const LOOK_AT_TRIGGERS = `
  select coalesce(array_agg(name) filter (where triggers < ${Object.keys(TRIGGERS).length}), '{}') as silent, string_agg(version, ' ' order by name) as version
  from (
    select name, count(*) filter (where tgenabled = 'A') as triggers, concat_ws(' ', c.oid, c.xmin::text, string_agg(concat_ws(':', t.oid, t.xmin), ' ' order by t.oid)) as version
    from unnest($1::text[]) name
    -- Excludes tables with children, because writes to a child do not fire the parent's triggers.
    left join pg_class c on c.oid = to_regclass(quote_ident(name)) and c.relkind = 'r' and not c.relhassubclass
    left join pg_trigger t on t.tgrelid = c.oid and t.tgname in (${Object.keys(TRIGGERS).map(name => `'${name}'`).join(', ')})
    -- As text: PostgreSQL 13 cannot sort by an xid, which it does here to group.
    group by name, c.oid, c.xmin::text
  ) looked`
