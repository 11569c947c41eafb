import { permissionOf } from './compiled-role.js'
import type { Declarations } from './declarations.js'
import { didYouMean } from './did-you-mean.js'
import { actions, type Role } from './permissions.js'

/** An undeclared table or function on which a role has permissions. */
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
      .map(name => undeclared('table', name, 'declareTable', tables.keys())),
    ...Object.keys(custom.functions ?? {})
      .filter(name => !functions.has(name) && permissionOf(role, 'call', { function: name })?.allow === true)
      .map(name => undeclared('function', name, 'declareFunction', functions))
  ]
}

function undeclared (kind: Undeclared['kind'], name: string, declare: string, known: Iterable<string>): Undeclared {
  return { kind, name, remedy: `call fastify.rolePermissions.${declare} before the app is ready, or correct the role${didYouMean(name, known)}` }
}
