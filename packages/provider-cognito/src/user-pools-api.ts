import type { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import type { ResolvedOptions } from './options.js'

/** The user pools API, through the AWS SDK. */
export interface UserPoolsApi {
  /** Returns the client. The first call loads the SDK, which takes a third of a second. */
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
    // One retry, for a kept-alive connection that AWS has closed. Both attempts share the timeout of the call.
    maxAttempts: 2,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: timeoutMs }
  })
}
