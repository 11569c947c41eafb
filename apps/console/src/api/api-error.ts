/** What the API refuses, in its own words. */
export class ApiError extends Error {
  readonly code: string
  readonly reason: string | null
  /** By argument or field, what does not fit; for a refusal, the resource and the action. */
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

/** The server could not be asked, or answered something else. */
export class UnreachableError extends Error {
  constructor (message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UnreachableError'
  }
}
