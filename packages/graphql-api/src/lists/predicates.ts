import { relativeUnits } from '@latchkey/record-filter'

const comparisons = (type: string) => `equals: ${type}, not_equals: ${type}, in: [${type}], not_in: [${type}]`
const orders = (type: string) => `gt: ${type}, gte: ${type}, lt: ${type}, lte: ${type}`
const ofText = (type: string) => ['contains', 'starts_with', 'ends_with'].map(operator => `${operator}: ${type}, not_${operator}: ${type}`).join(', ')
const emptiness = 'is_empty: Boolean, is_not_empty: Boolean'
const self = 'is_self: Boolean, not_self: Boolean'

/** The predicate of each type of column, by which filters say what a field must meet. */
export const predicateTypes = { id: 'IDPredicate', string: 'StringPredicate', number: 'FloatPredicate', boolean: 'BoolPredicate', date: 'DateTimePredicate' } as const

/** What filters and sorting of all lists are made of. */
export const predicates = `
  enum SortOrder { ASC, DESC }
  "All that is given must hold. A text may be a variable: __loggedInUserId, __loggedInUserEmail, __requestingApiToken."
  input IDPredicate { ${comparisons('ID')}, ${orders('ID')}, ${ofText('ID')}, ${emptiness}, ${self} }
  "All that is given must hold; compares exactly, upper and lower case differ. A text may be a variable, as in IDPredicate."
  input StringPredicate { ${comparisons('String')}, ${orders('String')}, ${ofText('String')}, ${emptiness} }
  input FloatPredicate { ${comparisons('Float')}, ${orders('Float')}, ${emptiness} }
  input BoolPredicate { ${comparisons('Boolean')}, ${emptiness} }
  input DateTimePredicate {
    ${comparisons('DateTime')}, ${orders('DateTime')}, ${emptiness}
    "Compared with a time so long before or after now."
    relative: DateRelativePredicates
  }
  input DateRelativePredicates { gt: DateRelativePredicateType, gte: DateRelativePredicateType, lt: DateRelativePredicateType, lte: DateRelativePredicateType }
  input DateRelativePredicateType { op: RelativePredicateOpEnum = ADD, unit: RelativePredicateUnitEnum = DAY, value: String! }
  enum RelativePredicateOpEnum { ADD, SUB }
  enum RelativePredicateUnitEnum { ${relativeUnits.join(', ')} }`
