import { isLoopback } from '@latchkey/identity-provider'
import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS } from './errors.js'

const DAY_SECONDS = 24 * 60 * 60

const schema = Type.Object({
  /** The app's origin as browsers see it, for example `https://app.example.com`. The issuer is `<publicUrl>/oidc`. */
  publicUrl: Type.String({ minLength: 1 }),
  /** At least 32 characters: what signing keys are encrypted and cookies signed under. The same on every copy of the app. */
  secretKey: Type.Optional(Type.String({ minLength: 32 })),
  /** Secret keys of before: what is encrypted under them is still read, and encrypted anew at start. */
  previousSecretKeys: Type.Array(Type.String({ minLength: 32 }), { default: [] }),
  smtp: Type.Optional(Type.Object({
    /** `smtp://user:password@host:587` or `smtps://…:465`. */
    url: Type.String({ pattern: '^smtps?://', description: 'a URL such as smtp://user:password@mail.example.com:587, or smtps://' }),
    /** `Name <address>` that emails come from. */
    from: Type.String({ minLength: 3, description: 'an address such as Example <no-reply@example.com>' })
  }, { additionalProperties: false })),
  /** Whether this process keeps up what is stored: makes, rotates, removes and encrypts anew signing keys, deletes what has expired. `false` in one that opens the app to look. */
  upkeep: Type.Boolean({ default: true }),
  /** Whether this is production: no outbox page, no code in a log. Default: `NODE_ENV` is `production`. */
  production: Type.Optional(Type.Boolean()),
  /** Whether `/oauth2/authorize`, `/oauth2/callback` and `/logout` exist, for profiles with `legacyImplicit`. */
  legacyRoutes: Type.Boolean({ default: true }),
  /** Seconds that ID and access tokens last. */
  tokenSeconds: Type.Integer({ minimum: 60, maximum: DAY_SECONDS, default: 60 * 60 }),
  /** Seconds that a refresh token lasts; each refresh gives a new one. */
  refreshTokenSeconds: Type.Integer({ minimum: 60, maximum: 365 * DAY_SECONDS, default: 30 * DAY_SECONDS }),
  /**
   * Seconds in which a refresh token that was used works again, each time with a new one. Clients that send two requests
   * at once refresh twice with the same token. Later it ends the sign-in (RFC 9700 §4.14.2).
   */
  refreshTokenReuseSeconds: Type.Integer({ minimum: 0, maximum: 60, default: 10 }),
  /** Days after which a new signing key is made. */
  keyMaxAgeDays: Type.Number({ exclusiveMinimum: 0, default: 90 }),
  /** Seconds between two looks for a new signing key that another copy of the app made. */
  keyPollSeconds: Type.Number({ minimum: 0.05, maximum: 60, default: 5 }),
  /** Told of each error by which the hosted pages refuse somebody: hand it to the activity log. The adapter's methods throw theirs. */
  onRefused: Type.Optional(Type.Unsafe<(error: unknown) => void>({}))
}, { additionalProperties: false })

type Checked = Readonly<Static<typeof schema>>

/** What `@latchkey/provider-embedded` is registered with. */
export type ProviderEmbeddedOptions = Pick<Checked, 'publicUrl'> & Partial<Checked>
export type ResolvedOptions = Checked & { readonly production: boolean }

const check = createOptionsCheck(schema, PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS)

/** @throws PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS naming every option that does not fit */
export function resolveOptions (options: ProviderEmbeddedOptions): ResolvedOptions {
  const resolved = check(options)
  if (resolved.onRefused !== undefined && typeof resolved.onRefused !== 'function') throw new PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS('onRefused must be a function')
  return Object.freeze({ ...resolved, publicUrl: originOf(resolved.publicUrl), production: resolved.production ?? process.env.NODE_ENV === 'production' })
}

function originOf (publicUrl: string): string {
  const url = URL.parse(publicUrl)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS('publicUrl must be an http(s) URL such as https://app.example.com')
  if (url.href !== `${url.origin}/`) throw new PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS('publicUrl must be an origin, without path, query or user: the provider is mounted at /oidc below it')
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw new PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS('publicUrl must be https, except on localhost, 127.0.0.1 and [::1]')
  return url.origin
}
