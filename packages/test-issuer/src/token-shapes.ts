/** Describes the tokens of each type of provider, as data. */
import { randomUUID } from 'node:crypto'
import type { TokenShape } from './test-issuer.js'

/** What every token is built from. */
export interface TokenSubject {
  readonly issuer: string
  readonly clientId: string
  readonly subject: string
  readonly email: string
  readonly emailVerified: boolean
  /** Seconds since 1970. */
  readonly issuedAt: number
  readonly expiresAt: number
}

type Values = Record<string, unknown>

export interface Shape {
  /** The part of `iss` after the origin. */
  readonly path: string
  /** Header parameters besides `alg` and `kid`. */
  readonly idTokenHeader: Values
  readonly accessTokenHeader: Values
  idTokenClaims (of: TokenSubject): Values
  accessTokenClaims (of: TokenSubject): Values
}

/** The API that access tokens are for. */
const apiAudience = 'https://api.example.com'

const registered = ({ issuer, subject, issuedAt, expiresAt }: TokenSubject): Values =>
  ({ iss: issuer, sub: subject, iat: issuedAt, exp: expiresAt })

const emailOf = ({ email, emailVerified }: TokenSubject): Values =>
  ({ email, email_verified: emailVerified })

export const shapes: Readonly<Record<TokenShape, Shape>> = {
  // OpenID Connect Core §2; access tokens as in RFC 9068.
  openid: {
    path: '',
    idTokenHeader: { typ: 'JWT' },
    accessTokenHeader: { typ: 'at+jwt' },
    idTokenClaims: of => ({ ...registered(of), aud: of.clientId, ...emailOf(of) }),
    accessTokenClaims: of => ({ ...registered(of), aud: apiAudience, client_id: of.clientId, scope: 'openid profile email', jti: randomUUID() })
  },
  cognito: {
    path: '/eu-west-1_TestPool',
    idTokenHeader: {},
    accessTokenHeader: {},
    idTokenClaims: of => ({ ...registered(of), aud: of.clientId, token_use: 'id', ...cognitoSession(of), 'cognito:username': of.subject, ...emailOf(of) }),
    accessTokenClaims: of => ({ ...registered(of), client_id: of.clientId, token_use: 'access', ...cognitoSession(of), username: of.subject, scope: 'openid profile email', version: 2 })
  },
  auth0: {
    path: '/',
    idTokenHeader: { typ: 'JWT' },
    accessTokenHeader: { typ: 'at+jwt' },
    idTokenClaims: of => ({ ...registered(of), aud: of.clientId, sid: randomUUID(), ...emailOf(of) }),
    accessTokenClaims: of => ({ ...registered(of), aud: [apiAudience, `${of.issuer}userinfo`], azp: of.clientId, scope: 'openid profile email', jti: randomUUID() })
  }
}

function cognitoSession ({ issuedAt }: TokenSubject): Values {
  return { auth_time: issuedAt, event_id: randomUUID(), origin_jti: randomUUID(), jti: randomUUID() }
}
