import type { FilterVariables } from '@latchkey/record-filter'
import type { CompiledGrant } from './compiled-role.js'
import { filterText } from './role-meaning.js'

/** The granted fields of the records that one condition admits. `null`: all. */
type Fields = ReadonlySet<string> | null

/** The key for grants that admit every record. */
const EVERY_RECORD = ''

/**
 * A canonical text of grants: the same for any order of roles, fields and conditions, and for one role or several. Different
 * texts may still mean the same, because conditions are not analysed.
 *
 * @param variables of the principal: whether a variable has a value is part of the text, because without one it admits nothing
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

/** A filter that is only an `OR` equals several roles with one alternative each. */
function alternativesOf (filter: unknown): readonly unknown[] {
  const entries = Object.entries(filter as object)
  const [[key, alternatives] = []] = entries
  return entries.length === 1 && key === 'OR' && Array.isArray(alternatives) ? alternatives.flatMap(alternativesOf) : [filter]
}

/** Drops fields of a condition that are granted for every record anyway. */
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
