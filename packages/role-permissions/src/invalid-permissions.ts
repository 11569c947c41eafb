import type { FastifyError } from '@fastify/error'
import { ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS } from './errors.js'

/** What ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS carries beside its message, for callers that report by path. */
export interface InvalidPermissionsError extends FastifyError {
  /** Where in the permissions, for example `data.Users.read.filter.email`; empty for the permissions themselves. */
  readonly path: string
  /** What is wrong there; it follows the path in a sentence. */
  readonly reason: string
}

export function invalidPermissions (path: string, reason: string): InvalidPermissionsError {
  return Object.assign(new ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS(`${path === '' ? 'the permissions' : path} ${reason}`), { path, reason })
}

/** A key after its path, kept short and readable whatever it is. */
export function joinPath (path: string, key: string): string {
  if (!/^\w{1,64}$/.test(key)) return `${path}[${JSON.stringify(key.slice(0, 64))}]`
  return path === '' ? key : `${path}.${key}`
}
