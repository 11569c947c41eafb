import { relativeUnits } from '@latchkey/record-filter'

const comparisons = (type: string) => `equals: ${type}, not_equals: ${type}, in: [${type}], not_in: [${type}]`
const orders = (type: string) => `gt: ${type}, gte: ${type}, lt: ${type}, lte: ${type}`
const ofText = (type: string) => ['contains', 'starts_with', 'ends_with'].map(operator => `${operator}: ${type}, not_${operator}: ${type}`).join(', ')
const emptiness = 'is_empty: Boolean, is_not_empty: Boolean'
const self = 'is_self: Boolean, not_self: Boolean'

/** The predicate type for each type of column. */
export const predicateTypes = { id: 'IDPredicate', string: 'StringPredicate', number: 'FloatPredicate', boolean: 'BoolPredicate', date: 'DateTimePredicate' } as const

/** The types shared by the filters and sorts of all lists. */
export const predicates = `
  enum SortOrder { ASC, DESC }
  "All given conditions must hold. Text can be a variable: __loggedInUserId, __loggedInUserEmail or __requestingApiToken."
  input IDPredicate { ${comparisons('ID')}, ${orders('ID')}, ${ofText('ID')}, ${emptiness}, ${self} }
  "All given conditions must hold. Comparisons are case-sensitive. Text can be a variable, as in IDPredicate."
  input StringPredicate { ${comparisons('String')}, ${orders('String')}, ${ofText('String')}, ${emptiness} }
  input FloatPredicate { ${comparisons('Float')}, ${orders('Float')}, ${emptiness} }
  input BoolPredicate { ${comparisons('Boolean')}, ${emptiness} }
  input DateTimePredicate {
    ${comparisons('DateTime')}, ${orders('DateTime')}, ${emptiness}
    "Compares with a time relative to now."
    relative: DateRelativePredicates
  }
  input DateRelativePredicates { gt: DateRelativePredicateType, gte: DateRelativePredicateType, lt: DateRelativePredicateType, lte: DateRelativePredicateType }
  "Now plus (ADD) or minus (SUB) a number of units."
  input DateRelativePredicateType { op: RelativePredicateOpEnum = ADD, unit: RelativePredicateUnitEnum = DAY, value: String! }
  enum RelativePredicateOpEnum { ADD, SUB }
  enum RelativePredicateUnitEnum { ${relativeUnits.join(', ')} }`
