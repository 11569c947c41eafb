import type { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import type { ResolvedOptions } from './options.js'

/** The user pools API by AWS's SDK. */
export interface UserPoolsApi {
  /** Gives the client. The SDK, which takes a third of a second to load, is loaded when this is first called. */
  client (): Promise<CognitoIdentityProvider>
  close (): Promise<void>
}

export function openUserPoolsApi (options: ResolvedOptions): UserPoolsApi {
  let opening: Promise<CognitoIdentityProvider> | undefined
  return {
    client: async () => await (opening ??= openClient(options)),
    close: async () => { (await opening)?.destroy() }
  }
}

async function openClient ({ region, endpoint, credentials, timeoutMs }: ResolvedOptions): Promise<CognitoIdentityProvider> {
  const { CognitoIdentityProvider } = await import('@aws-sdk/client-cognito-identity-provider')
  return new CognitoIdentityProvider({
    region,
    ...(endpoint !== undefined && { endpoint }),
    // A copy: the SDK writes into the object it is given.
    ...(credentials !== undefined && { credentials: { ...credentials } }),
    // A second try, for a kept-alive connection that AWS has closed meanwhile; both within the deadline of the call.
    maxAttempts: 2,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: timeoutMs }
  })
}
