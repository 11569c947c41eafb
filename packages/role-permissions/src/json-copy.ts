import { invalidPermissions, joinPath } from './invalid-permissions.js'

/** Deeper than the deepest filter that is accepted inside permissions. */
const DEEPEST = 64

/**
 * A frozen copy of JSON data. What JSON cannot hold is refused and not left out: an `undefined` filter, or
 * one that is a Map, would come out as no filter, which means every record.
 *
 * @throws ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS naming the path
 */
export function copyJson (value: unknown, path = '', depth = 0): unknown {
  if (depth > DEEPEST) throw invalidPermissions(path, 'is nested too deep')
  if (Array.isArray(value)) return Object.freeze(Array.from(value as unknown[], (item, index) => copyJson(item, `${path}[${index}]`, depth + 1)))
  if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && prototype !== Object.prototype) throw invalidPermissions(path, 'must be plain JSON')
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyJson(inner, joinPath(path, key), depth + 1)])))
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value
  throw invalidPermissions(path, 'must be plain JSON')
}
