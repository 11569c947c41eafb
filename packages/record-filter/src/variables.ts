/** The variables that may stand in a filter in place of a text value. */
export const variableNames = ['__loggedInUserId', '__loggedInUserEmail', '__requestingApiToken'] as const
export type VariableName = typeof variableNames[number]

/** What the variables stand for in one request. One that is left out, `null` or empty has no value. */
export type FilterVariables = Readonly<Partial<Record<VariableName, string | null>>>

export function isVariableName (text: string): text is VariableName {
  return variableNames.some(name => name === text)
}

/** The variable's value; `null` where it has none that a database could hold, on which every condition fails. */
export function valueOf (variable: VariableName, variables: FilterVariables): string | null {
  const value = variables[variable]
  return value === undefined || value === null || value === '' || !isStorableText(value) ? null : value
}

/** Whether text reaches both databases as it is: PostgreSQL has no NUL, and half a surrogate pair has no UTF-8. */
export function isStorableText (text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text)
}
