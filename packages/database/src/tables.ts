/**
 * The tables of the database, by SQL name. Empty here: each package that owns tables adds them by
 * declaration merging, and so may an app add its own.
 *
 * @example
 * declare module '@latchkey/database' {
 *   interface Tables { notes: { id: string, text: string } }
 * }
 */

export interface Tables {}
