import { startTestIssuer, type IssuerOptions, type TestIssuer } from '@latchkey/test-issuer'
import type { Test } from 'tap'

/** An issuer that lives as long as the test. ES256 unless asked otherwise: making an RSA key takes long. */
export async function startIssuer (t: Test, options: IssuerOptions = {}): Promise<TestIssuer> {
  const issuer = await startTestIssuer({ algorithm: 'ES256', ...options })
  t.teardown(() => issuer.close())
  return issuer
}
