import { isLoopback } from '@latchkey/identity-provider'
import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS } from './errors.js'

const DAY_SECONDS = 24 * 60 * 60

const schema = Type.Object({
  /** The app's origin as browsers see it, for example `https://app.example.com`. The issuer is `<publicUrl>/oidc`. */
  publicUrl: Type.String({ minLength: 1 }),
  /** Encrypts the signing keys and signs cookies. At least 32 characters, the same on every instance of the app. */
  secretKey: Type.Optional(Type.String({ minLength: 32 })),
  /** Earlier secret keys. What they encrypted can still be read, and is re-encrypted at startup. */
  previousSecretKeys: Type.Array(Type.String({ minLength: 32 }), { default: [] }),
  /** The SMTP server for emails with codes. */
  smtp: Type.Optional(Type.Object({
    /** `smtp://user:password@host:587` or `smtps://…:465`. */
    url: Type.String({ pattern: '^smtps?://', description: 'a URL such as smtp://user:password@mail.example.com:587, or smtps://' }),
    /** The sender, as `Name <address>`. */
    from: Type.String({ minLength: 3, description: 'an address such as Example <no-reply@example.com>' })
  }, { additionalProperties: false })),
  /** Whether this process maintains what is stored: creates, rotates, removes and re-encrypts signing keys, and deletes expired records. `false` for a process that only inspects. */
  upkeep: Type.Boolean({ default: true }),
  /** In production there is no outbox page, and no code is logged. Default: `NODE_ENV` is `production`. */
  production: Type.Optional(Type.Boolean()),
  /** Whether `/oauth2/authorize`, `/oauth2/callback` and `/logout` exist, for profiles with `legacyImplicit`. */
  legacyRoutes: Type.Boolean({ default: true }),
  /** Lifetime of ID and access tokens, in seconds. */
  tokenSeconds: Type.Integer({ minimum: 60, maximum: DAY_SECONDS, default: 60 * 60 }),
  /** Lifetime of refresh tokens and browser sessions, in seconds. Each refresh gives a new token. */
  refreshTokenSeconds: Type.Integer({ minimum: 60, maximum: 365 * DAY_SECONDS, default: 30 * DAY_SECONDS }),
  /**
   * Seconds after its first use during which a refresh token can be used again, because clients that send two requests at
   * once refresh twice with the same token. After that, a second use ends the sign-in (RFC 9700 §4.14.2).
   */
  refreshTokenReuseSeconds: Type.Integer({ minimum: 0, maximum: 60, default: 10 }),
  /** Age in days at which a signing key is replaced. */
  keyMaxAgeDays: Type.Number({ exclusiveMinimum: 0, default: 90 }),
  /** Seconds between checks for signing keys created by other instances of the app. */
  keyPollSeconds: Type.Number({ minimum: 0.05, maximum: 60, default: 5 }),
  /** Called with each error with which a hosted page refuses a request, for the activity log. The adapter's methods throw theirs. */
  onRefused: Type.Optional(Type.Unsafe<(error: unknown) => void>({}))
}, { additionalProperties: false })

type Checked = Readonly<Static<typeof schema>>

/** The options of `@latchkey/provider-embedded`. */
export type ProviderEmbeddedOptions = Pick<Checked, 'publicUrl'> & Partial<Checked>
export type ResolvedOptions = Checked & { readonly production: boolean }

const check = createOptionsCheck(schema, PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS)

/** @throws PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS naming every invalid option */
export function resolveOptions (options: ProviderEmbeddedOptions): ResolvedOptions {
  const resolved = check(options)
  if (resolved.onRefused !== undefined && typeof resolved.onRefused !== 'function') throw new PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS('onRefused must be a function')
  return Object.freeze({ ...resolved, publicUrl: originOf(resolved.publicUrl), production: resolved.production ?? process.env.NODE_ENV === 'production' })
}

function originOf (publicUrl: string): string {
  const url = URL.parse(publicUrl)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS('publicUrl must be an http(s) URL such as https://app.example.com')
  if (url.href !== `${url.origin}/`) throw new PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS('publicUrl must be an origin, without a path, query or user: the provider is mounted at /oidc below it')
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw new PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS('publicUrl must be https, except on localhost, 127.0.0.1 and [::1]')
  return url.origin
}
