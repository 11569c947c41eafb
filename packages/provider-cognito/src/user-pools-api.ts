import type { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { Readable } from 'node:stream'
import type { ResolvedOptions } from './options.js'

/** No genuine response of the API is this large. */
const MAX_BYTES = 1024 * 1024

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
  const client = new CognitoIdentityProvider({
    region,
    ...(endpoint !== undefined && { endpoint }),
    // A copy: the SDK writes into the object it is given.
    ...(credentials !== undefined && { credentials: { ...credentials } }),
    // One retry, for a kept-alive connection that AWS has closed. Both attempts share the timeout of the call.
    maxAttempts: 2,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: timeoutMs }
  })
  // Before the SDK reads the response, all of which it would keep.
  client.middlewareStack.add(next => async request => {
    const result = await next(request)
    const response = result.response as { body: AsyncIterable<Uint8Array> }
    response.body = Readable.from(limited(response.body), { objectMode: false })
    return result
  }, { step: 'deserialize', priority: 'low' })
  return client
}

async function * limited (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new Error(`The response has more than ${MAX_BYTES} bytes`)
    yield chunk
  }
}
