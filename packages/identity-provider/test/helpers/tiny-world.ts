/** The accounts, sessions and mails of a tiny identity provider, with tokens of a test issuer. */
import { randomUUID } from 'node:crypto'
import type { TestIssuer } from '@latchkey/test-issuer'
import type { TokenSet } from '../../dist/index.js'

export interface Account {
  readonly subject: string
  readonly email: string
  password: string
  confirmed: boolean
  challenged: boolean
}

export interface Authorization {
  readonly email: string
  readonly redirectUri: string
  readonly codeVerifier: string
  readonly nonce: string
}

export interface TinyWorld {
  readonly issuer: TestIssuer
  /** How long its adapter waits for the issuer. */
  readonly timeoutMs: number
  readonly accounts: Map<string, Account>
  /** Refresh token to email. */
  readonly sessions: Map<string, string>
  /** Authorization code to what it was given for. */
  readonly authorizations: Map<string, Authorization>
  /** Email to recovery code. */
  readonly recoveryCodes: Map<string, string>
  readonly confirmationCodes: Map<string, string>
  /** The addresses that mails went to. */
  readonly recoveryMails: string[]
  readonly confirmationMails: string[]
  addAccount (properties?: Partial<Account>): Account
  tokensFor (email: string, nonce?: string): Promise<TokenSet>
}

export function createTinyWorld (issuer: TestIssuer, timeoutMs = 5000): TinyWorld {
  const accounts = new Map<string, Account>()
  const sessions = new Map<string, string>()
  return {
    issuer,
    timeoutMs,
    accounts,
    sessions,
    authorizations: new Map(),
    recoveryCodes: new Map(),
    confirmationCodes: new Map(),
    recoveryMails: [],
    confirmationMails: [],
    addAccount (properties) {
      const subject = randomUUID()
      const account = { subject, email: `ada-${subject}@example.com`, password: `Horse + ${subject}`, confirmed: true, challenged: false, ...properties }
      accounts.set(account.email, account)
      return account
    },
    async tokensFor (email, nonce) {
      const refreshToken = randomUUID()
      sessions.set(refreshToken, email)
      const subject = accounts.get(email)?.subject ?? 'nobody'
      const at = new Date(Date.now() + 3_600_000).toISOString()
      return {
        idToken: await issuer.idToken({ subject, email, claims: { nonce } }),
        accessToken: await issuer.accessToken({ subject }),
        refreshToken,
        idTokenExpiresAt: at,
        accessTokenExpiresAt: at
      }
    }
  }
}
