import { didYouMean } from './did-you-mean.js'
import { ROLE_PERMISSIONS_ERR_INVALID_QUESTION } from './errors.js'
import { actions, type Resource } from './permissions.js'

const known = [...actions, 'call']
const rightNames = `use ${actions.join(', ')} with a { table }, or call with a { function }`

/**
 * Refuses a question that no role could ever allow, such as the action `view`. Answered with "not allowed", it would look
 * like a missing permission. TypeScript callers cannot ask one.
 *
 * @throws ROLE_PERMISSIONS_ERR_INVALID_QUESTION
 */
export function checkQuestion (action: unknown, resource: unknown): void {
  if (!known.includes(action as string)) throw new ROLE_PERMISSIONS_ERR_INVALID_QUESTION(`${typeof action === 'string' ? JSON.stringify(action.slice(0, 64)) : typeof action} is not an action${typeof action === 'string' ? didYouMean(action, known) : ''}: ${rightNames}`)
  if (!isResource(resource)) throw new ROLE_PERMISSIONS_ERR_INVALID_QUESTION('the resource must be { table: "<name>" } or { function: "<name>" }')
}

/**
 * Also refuses an action that the resource does not have: a guard that asks this admits nobody without full access.
 *
 * @throws ROLE_PERMISSIONS_ERR_INVALID_QUESTION
 */
export function checkGuardedQuestion (action: unknown, resource: Resource): void {
  checkQuestion(action, resource)
  if ((action === 'call') === 'table' in resource) throw new ROLE_PERMISSIONS_ERR_INVALID_QUESTION(`${String(action)} is not an action on a ${'table' in resource ? 'table' : 'function'}: ${rightNames}`)
}

function isResource (resource: unknown): resource is Resource {
  if (typeof resource !== 'object' || resource === null) return false
  const { table, function: name } = resource as Readonly<Record<string, unknown>>
  return typeof ('table' in resource ? table : name) === 'string'
}
