/** An error that the API returned, with the API's own message. */
export class ApiError extends Error {
  readonly code: string
  readonly reason: string | null
  /** What is wrong, by argument or field; for a missing permission, the resource and the action. */
  readonly details: Readonly<Record<string, unknown>>

  constructor ({ message, code, extensions }: GraphQLProblem) {
    super(message)
    this.name = 'ApiError'
    this.code = code ?? extensions?.code ?? 'InternalError'
    this.reason = extensions?.reason ?? null
    this.details = extensions?.details ?? {}
  }
}

/** An error as the API sends it. */
export interface GraphQLProblem {
  message: string
  code?: string
  path?: readonly (string | number)[]
  extensions?: { code?: string, reason?: string, details?: Record<string, unknown> }
}

/** The server could not be reached, or its response was no GraphQL result. */
export class UnreachableError extends Error {
  constructor (message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UnreachableError'
  }
}
