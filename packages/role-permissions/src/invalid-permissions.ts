import type { FastifyError } from '@fastify/error'
import { ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS } from './errors.js'

/** ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS with the path and reason, for callers that report errors by path. */
export interface InvalidPermissionsError extends FastifyError {
  /** Where in the permissions, for example `data.Users.read.filter.email`. Empty: the permissions as a whole. */
  readonly path: string
  /** What is wrong there. Completes a sentence that starts with the path. */
  readonly reason: string
}

export function invalidPermissions (path: string, reason: string): InvalidPermissionsError {
  return Object.assign(new ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS(`${path === '' ? 'the permissions' : path} ${reason}`), { path, reason })
}

/** Appends a key to a path, shortened and quoted if necessary. */
export function joinPath (path: string, key: string): string {
  if (!/^\w{1,64}$/.test(key)) return `${path}[${JSON.stringify(key.slice(0, 64))}]`
  return path === '' ? key : `${path}.${key}`
}
