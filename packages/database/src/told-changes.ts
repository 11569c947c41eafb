import { sql, type Kysely } from 'kysely'
import { dialectOf } from './dialect.js'

/** Where PostgreSQL tells of changes: without a text of a change, and with one where somebody tries whether it arrives. */
export const CHANNEL = 'latchkey_changes'

/** Rows that come and go, and all of them at once, of which PostgreSQL tells no trigger for rows. */
const TRIGGERS = { latchkey_changed: 'insert or update or delete', latchkey_truncated: 'truncate' }

/**
 * Has PostgreSQL tell of each change of these tables, whoever makes it, so that `seenChanges` knows it: for a migration of the package
 * that owns them. May be run again. On SQLite there is nothing to do.
 *
 * @param tables by SQL name
 */
export async function tellOfChanges<DB> (db: Kysely<DB>, tables: readonly string[]): Promise<void> {
  if (dialectOf(db) === 'sqlite') return
  for (const name of tables) {
    const table = sql.table(name)
    // One for each table, in its schema: packages come and go, and may be migrated by different database users.
    const procedure = sql.table(`${name}_changed`)
    await sql`create or replace function ${procedure}() returns trigger language plpgsql as ${sql.lit(`begin perform pg_catalog.pg_notify('${CHANNEL}', ''); return null; end`)}`.execute(db)
    for (const [trigger, events] of Object.entries(TRIGGERS)) {
      await sql`drop trigger if exists ${sql.ref(trigger)} on ${table}`.execute(db)
      // For each row, so that what changes nothing tells nothing, and that a replica tells of what it takes over: there, triggers for statements stay silent.
      // PostgreSQL makes one notification of all those of a transaction.
      await sql`create trigger ${sql.ref(trigger)} after ${sql.raw(events)} on ${table} for each ${sql.raw(events === 'truncate' ? 'statement' : 'row')} execute function ${procedure}()`.execute(db)
      // Also where `session_replication_role` silences the others, as tools that restore do.
      await sql`alter table ${table} enable always trigger ${sql.ref(trigger)}`.execute(db)
    }
  }
}

/**
 * How the tables of `$1` are told of, as one row: `silent` are those that lack a trigger, and `version` is another one after what no trigger tells:
 * a table that took another's place, whose rows were rewritten, or whose triggers were off meanwhile. Both are of this connection's search path.
 */
export const LOOK_AT_TRIGGERS = `
  select coalesce(array_agg(name) filter (where triggers < ${Object.keys(TRIGGERS).length}), '{}') as silent, string_agg(version, ' ' order by name) as version
  from (
    select name, count(*) filter (where tgenabled = 'A') as triggers, concat_ws(' ', c.oid, c.xmin::text, string_agg(concat_ws(':', t.oid, t.xmin), ' ' order by t.oid)) as version
    from unnest($1::text[]) name
    -- What is written to a table that inherits from it, it does not hear of.
    left join pg_class c on c.oid = to_regclass(quote_ident(name)) and c.relkind = 'r' and not c.relhassubclass
    left join pg_trigger t on t.tgrelid = c.oid and t.tgname in (${Object.keys(TRIGGERS).map(name => `'${name}'`).join(', ')})
    -- As text: PostgreSQL 13 cannot sort by an xid, which it does here to group.
    group by name, c.oid, c.xmin::text
  ) looked`
