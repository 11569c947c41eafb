import { createHmac } from 'node:crypto'

/**
 * Proves to the user pools API that the caller has the app client's secret ("Computing secret hash values" in the Cognito
 * developer guide). `undefined` if the client has no secret, or there is no user name.
 */
export function secretHash (username: string | undefined, { clientId, clientSecret }: { clientId: string, clientSecret?: string | undefined }): string | undefined {
  if (clientSecret === undefined || username === undefined) return undefined
  return createHmac('sha256', clientSecret).update(username + clientId).digest('base64')
}
