import { startTestIssuer, type IssuerOptions, type TestIssuer } from '@latchkey/test-issuer'
import type { Test } from 'tap'

/** An issuer for the duration of a test. ES256 by default, because creating an RSA key is slow. */
export async function startIssuer (t: Test, options: IssuerOptions = {}): Promise<TestIssuer> {
  const issuer = await startTestIssuer({ algorithm: 'ES256', ...options })
  t.teardown(() => issuer.close())
  return issuer
}
