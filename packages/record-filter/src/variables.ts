/** The variables that a filter can use instead of a text value. */
export const variableNames = ['__loggedInUserId', '__loggedInUserEmail', '__requestingApiToken'] as const
export type VariableName = typeof variableNames[number]

/** The values of variables in a request. A variable that is omitted, `null` or empty has no value. */
export type FilterVariables = Readonly<Partial<Record<VariableName, string | null>>>

export function isVariableName (text: string): text is VariableName {
  return variableNames.some(name => name === text)
}

/** The variable's value. `null` if it has none, or none that a database can store: every condition on it fails. */
export function valueOf (variable: VariableName, variables: FilterVariables): string | null {
  const value = variables[variable]
  return value === undefined || value === null || value === '' || !isStorableText(value) ? null : value
}

/** Whether both databases can store the text unchanged: PostgreSQL allows no NUL, and a lone surrogate has no UTF-8 form. */
export function isStorableText (text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text)
}
