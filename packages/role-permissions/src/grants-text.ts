import type { FilterVariables } from '@latchkey/record-filter'
import type { CompiledGrant } from './compiled-role.js'
import { filterText } from './role-meaning.js'

/** Fields of the records that one condition admits; `null`: all. */
type Fields = ReadonlySet<string> | null

/** Where every record is admitted. */
const EVERY_RECORD = ''

/**
 * One text for all ways to grant the same: in any order of roles, fields and conditions, by one role or by several. Texts that
 * differ may still mean the same, since conditions are not solved.
 *
 * @param variables of whom it is granted to: a condition on one without a value admits nothing, unlike that of who has one
 */
export function grantsText (grants: readonly CompiledGrant[], variables: FilterVariables): string {
  const byCondition = new Map<string, Fields>()
  for (const { filter, condition, fields } of grants) {
    const missing = condition?.variables.filter(name => (variables[name] ?? '') === '') ?? []
    for (const part of condition === null ? [EVERY_RECORD] : alternativesOf(filter).map(one => JSON.stringify([filterText(one), missing]))) {
      byCondition.set(part, byCondition.has(part) ? union(byCondition.get(part) as Fields, fields) : fields)
    }
  }
  return JSON.stringify([...withoutRepeated(byCondition)].map(([part, fields]) => [part, fields && [...fields].sort()]).sort(([one], [other]) => (one as string) < (other as string) ? -1 : 1))
}

/** A filter that is nothing but alternatives is as several roles with one each. */
function alternativesOf (filter: unknown): readonly unknown[] {
  const entries = Object.entries(filter as object)
  const [[key, alternatives] = []] = entries
  return entries.length === 1 && key === 'OR' && Array.isArray(alternatives) ? alternatives.flatMap(alternativesOf) : [filter]
}

/** What is given of every record need not be given of some. */
function withoutRepeated (byCondition: ReadonlyMap<string, Fields>): ReadonlyMap<string, Fields> {
  const always = byCondition.get(EVERY_RECORD)
  if (always === undefined) return byCondition
  const further = [...byCondition].flatMap(([part, fields]): [string, Fields][] => {
    if (part === EVERY_RECORD || always === null) return []
    const others = fields && new Set([...fields].filter(name => !always.has(name)))
    return others?.size === 0 ? [] : [[part, others]]
  })
  return new Map([[EVERY_RECORD, always], ...further])
}

function union (one: Fields, other: Fields): Fields {
  return one === null || other === null ? null : new Set([...one, ...other])
}
