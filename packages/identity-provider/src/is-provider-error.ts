/**
 * Whether an error is one of this contract's already, and needs no translation.
 *
 * Recognized by its code: `instanceof` would fail if an app has two copies of this package.
 */
export function isProviderError (error: unknown): error is Error & { code: string } {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('IDENTITY_PROVIDER_ERR_')
}
