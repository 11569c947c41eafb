import { createHmac } from 'node:crypto'

/** Proves to the user pools API that the caller has the app client's secret ("Computing secret hash values" in the Cognito developer guide). */
export function secretHash (username: string, client: { clientId: string, clientSecret: string }): string {
  return createHmac('sha256', client.clientSecret).update(username + client.clientId).digest('base64')
}
