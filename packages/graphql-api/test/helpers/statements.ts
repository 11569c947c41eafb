import type { Test } from 'tap'
import type { TestApi } from './api.js'

/** Says which statements the app runs while something is done, besides looking each second whether another copy changed roles or profiles. */
export function countStatements (t: Test, { app }: TestApi): { during (work: () => Promise<unknown>): Promise<readonly string[]> } {
  let statements: string[] | null = null
  const prototype = Object.getPrototypeOf(app.db.getExecutor()) as { executeQuery (query: { sql: string }, ...rest: unknown[]): Promise<unknown> }
  const { executeQuery } = prototype
  t.intercept(prototype, 'executeQuery', {
    configurable: true,
    value: async function (this: never, query: { sql: string }, ...rest: unknown[]) {
      if (!/ from "latchkey_\w+_version"/.test(query.sql)) statements?.push(query.sql)
      return await executeQuery.call(this, query, ...rest)
    }
  })
  return {
    during: async work => {
      const during: string[] = []
      statements = during
      await work()
      statements = null
      return during
    }
  }
}
