/**
 * The part of a tap test that the suite uses. The package does not depend on tap: as an optional peer dependency, tap
 * would be installed in production by every workspace that uses it for its own tests.
 */
export interface TapTest {
  test (name: string, run: (t: TapTest) => Promise<void>): Promise<unknown>
  test (name: string, options: { skip?: string }, run: (t: TapTest) => Promise<void>): Promise<unknown>
  ok (value: unknown, message: string): unknown
  equal (found: unknown, wanted: unknown, message: string): unknown
  not (found: unknown, unwanted: unknown, message: string): unknown
  strictSame (found: unknown, wanted: unknown, message: string): unknown
  fail (message: string): unknown
}
