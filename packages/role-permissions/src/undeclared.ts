import { permissionOf } from './compiled-role.js'
import type { Declarations } from './declarations.js'
import { didYouMean } from './did-you-mean.js'
import { actions, type Resource, type Role } from './permissions.js'

/** An undeclared table or function on which a role has permissions, or about which a guard asks. */
export interface Undeclared {
  readonly kind: 'table' | 'function'
  readonly name: string
  /** What to do about it. */
  readonly remedy: string
}

/** Finds permissions on undeclared tables and functions, which have no effect. The name is usually misspelt, or not declared yet. */
export function undeclaredIn (role: Role, { tables, functions }: Declarations): readonly Undeclared[] {
  const { data = {}, custom = {} } = role.permissions
  return [
    ...Object.keys(data)
      .filter(table => !tables.has(table) && actions.some(action => permissionOf(role, action, { table })?.allow === true))
      .map(name => undeclared('table', name, tables.keys(), 'role')),
    ...Object.keys(custom.functions ?? {})
      .filter(name => !functions.has(name) && permissionOf(role, 'call', { function: name })?.allow === true)
      .map(name => undeclared('function', name, functions, 'role'))
  ]
}

/** Finds undeclared tables and functions about which guards ask, each once. Such a guard admits nobody without full access. */
export function undeclaredInGuards (guarded: readonly Resource[], { tables, functions }: Pick<Declarations, 'tables' | 'functions'>): readonly Undeclared[] {
  const askedTables = new Set(guarded.flatMap(resource => 'table' in resource ? [resource.table] : []))
  const askedFunctions = new Set(guarded.flatMap(resource => 'function' in resource ? [resource.function] : []))
  return [
    ...[...askedTables].filter(name => !tables.has(name)).map(name => undeclared('table', name, tables.keys(), 'guard')),
    ...[...askedFunctions].filter(name => !functions.has(name)).map(name => undeclared('function', name, functions, 'guard'))
  ]
}

function undeclared (kind: Undeclared['kind'], name: string, known: Iterable<string>, at: 'role' | 'guard'): Undeclared {
  return { kind, name, remedy: `call fastify.rolePermissions.${kind === 'table' ? 'declareTable' : 'declareFunction'} before the app is ready, or correct the ${at}${didYouMean(name, known)}` }
}
