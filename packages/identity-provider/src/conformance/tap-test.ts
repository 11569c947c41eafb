/**
 * What of a tap test the suite uses. Tap itself is not depended on: as an optional peer dependency it would be
 * installed into production by every workspace that has tap for tests of its own.
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
