import { invalidPermissions, joinPath } from './invalid-permissions.js'

/** More than the deepest filter that permissions accept. */
const DEEPEST = 64

/**
 * Copies and freezes JSON data. Refuses, rather than drops, what JSON cannot represent: an `undefined` filter or a Map
 * would become no filter, which means every record.
 *
 * @throws ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS naming the path
 */
export function copyJson (value: unknown, path = '', depth = 0): unknown {
  if (depth > DEEPEST) throw invalidPermissions(path, 'is nested too deeply')
  if (Array.isArray(value)) return Object.freeze(Array.from(value as unknown[], (item, index) => copyJson(item, `${path}[${index}]`, depth + 1)))
  if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && prototype !== Object.prototype) throw invalidPermissions(path, 'must be plain JSON')
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyJson(inner, joinPath(path, key), depth + 1)])))
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value
  throw invalidPermissions(path, 'must be plain JSON')
}
