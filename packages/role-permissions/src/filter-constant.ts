import type { Condition, FilterableTable, FilterVariables } from '@latchkey/record-filter'

type Compare = Extract<Condition, { kind: 'compare' }>

/** Fields that always have a value: in every table, and by the name of the table in permissions. */
const alwaysThere = ['id', 'createdAt', 'updatedAt']
const alwaysThereIn = new Map([['Users', ['email', 'status']], ['Roles', ['name']], ['ApiTokens', ['name']]])

/** A condition's result if it is the same for every record. `undefined` if it depends on the record, or is not known. */
export type Constant = boolean | undefined

/**
 * Finds conditions that select nothing, or everything: a comparison with the empty string, `not_equals: null` of a field that
 * always has a value, an `OR` with a branch that is always true. It only looks at the filter, so `undefined` proves nothing.
 *
 * @param known the variables that have a value. Default: any of them may have one
 */
export function constantOf (condition: Condition, table: FilterableTable, known?: FilterVariables): Constant {
  switch (condition.kind) {
    case 'compare':
      return constantOfCompare(condition, table, known)
    case 'related': {
      if (condition.quantifier !== 'some' && lacks(condition.variables, known)) return false
      // Ignores which fields of the other table always have a value.
      const inner = constantOf(condition.condition, { name: '', table: condition.table, fields: {} }, known)
      if (condition.quantifier === 'some') return inner === false ? false : undefined
      return inner === (condition.quantifier === 'every') ? true : undefined
    }
    default: {
      const parts = condition.conditions.map(part => constantOf(part, table, known))
      // One false part decides `and`, one true part decides `or`. If no part is undecided, all have the opposite value.
      const decisive = condition.kind === 'or'
      if (parts.includes(decisive)) return decisive
      if (!parts.includes(undefined)) return !decisive
      return decisive && haveContraries(condition.conditions, known) ? true : undefined
    }
  }
}

function constantOfCompare (compare: Compare, table: FilterableTable, known: FilterVariables | undefined): Constant {
  if (lacks(variablesOf(compare), known)) return false
  const { column, comparison, negated, value } = compare
  const isEmpty = comparison === 'is_empty' || (comparison === 'equals' && (value === null || value === ''))
  if (isEmpty && isAlwaysThere(column, table)) return negated
  if (comparison === 'in' && Array.isArray(value) && value.length === 0) return negated
  const isPart = comparison === 'contains' || comparison === 'starts_with' || comparison === 'ends_with'
  return isPart && value === '' && !negated ? true : undefined
}

function variablesOf ({ value }: Compare): (keyof FilterVariables)[] {
  return [value].flat().flatMap(operand => typeof operand === 'object' && operand !== null && 'variable' in operand ? operand.variable : [])
}

function lacks (variables: readonly (keyof FilterVariables)[], known: FilterVariables | undefined): boolean {
  return known !== undefined && variables.some(name => (known[name] ?? '') === '')
}

function isAlwaysThere (column: string, { name, fields }: FilterableTable): boolean {
  const field = Object.entries(fields).find(([, other]) => other.column === column)?.[0]
  return field !== undefined && (alwaysThere.includes(field) || alwaysThereIn.get(name)?.includes(field) === true)
}

/** For example `equals 1` and `not_equals 1` on the same field: one of them is true for every record. */
function haveContraries (conditions: readonly Condition[], known: FilterVariables | undefined): boolean {
  const compares = conditions.filter(condition => condition.kind === 'compare').filter(compare => !lacks(variablesOf(compare), known))
    .map(({ column, comparison, negated, value }) => ({ about: JSON.stringify([column, comparison, value]), negated }))
  return compares.some(one => compares.some(other => one.about === other.about && one.negated !== other.negated))
}
