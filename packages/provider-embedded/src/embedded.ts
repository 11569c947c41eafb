import type { Tables } from '@latchkey/database'
import type { ProviderLog } from '@latchkey/identity-provider'
import type { Kysely } from 'kysely'
import type { AdapterFactory } from 'oidc-provider'
import { createAccountActions, type AccountActions } from './account-actions.js'
import { createAccountLimits, type AccountLimits } from './account-limits.js'
import { createAccounts, type Accounts } from './accounts.js'
import { createAdapterFactory } from './adapter.js'
import { createAttempts } from './attempts.js'
import { createBackground } from './background.js'
import { createBegunSignIns, type BegunSignIns } from './begun-sign-ins.js'
import { endBrowserSession } from './browser-session.js'
import { createCodes } from './codes.js'
import { createGuard, guarded } from './database-failure.js'
import { removeExpiredRegularly } from './expiry.js'
import { createJustDone, type JustDone } from './just-done.js'
import { createLegacySignIns, type LegacySignIns } from './legacy-sign-in.js'
import { createNoMailer, createOutbox, createSmtpMailer, type Mailer, type Outbox } from './mailer.js'
import { toClient } from './openid-client.js'
import { INTERACTION_SECONDS } from './openid-configuration.js'
import type { ProviderPages } from './openid-pages.js'
import { createOpenIdProvider } from './openid-provider.js'
import type { ResolvedOptions } from './options.js'
import { createPendingEmails, type PendingEmails } from './pending-emails.js'
import { createProfiles, type Profiles } from './profiles.js'
import { createRecords, takeBackUse } from './records.js'
import { loadSecrets, type Secrets } from './secrets.js'
import type { EndBrowserSession } from './sign-out.js'
import { loadSigningKeys } from './signing-keys.js'
import { createTokens, type RunningProvider, type Tokens } from './tokens.js'

export interface Embedded {
  readonly issuer: string
  readonly createProvider: ReturnType<typeof createAdapterFactory>
  readonly profiles: Profiles
  readonly actions: AccountActions
  readonly accounts: Accounts
  readonly limits: AccountLimits
  readonly mailer: Mailer
  /** The emails that were not sent, newest first. */
  latestOutbox (): ReturnType<Outbox['latest']>
  readonly begunSignIns: BegunSignIns
  readonly pendingEmails: PendingEmails
  readonly justDone: JustDone
  readonly secrets: Secrets
  readonly tokens: Tokens
  readonly legacySignIns: LegacySignIns
  readonly publicUrl: string
  /** Receives each error with which a hosted page refuses a request. */
  readonly refused: (error: unknown) => void
  readonly endBrowserSession: EndBrowserSession
  /** The redirect URI that the legacy routes use. */
  readonly legacyCallback: string
  /** The OpenID provider with the current keys. Call this at each use, since keys change. */
  current (): RunningProvider
  rotateKeys (): Promise<{ kid: string, signsFrom: string }>
  close (): Promise<void>
}

export interface EmbeddedConfig {
  readonly db: Kysely<Tables>
  readonly options: ResolvedOptions
  readonly log: ProviderLog
  readonly pages: (profiles: Profiles) => ProviderPages
}

/** Polls to wait before signing with a new key: by then every instance has published it. */
const POLLS_UNTIL_SIGNING = 3

/** Assembles the parts: one OpenID provider for all profiles of type `embedded`, each of which is a client of it. */
export async function startEmbedded ({ db, options, log, pages }: EmbeddedConfig): Promise<Embedded> {
  const issuer = `${options.publicUrl}/oidc`
  const legacyCallback = `${options.publicUrl}/oauth2/callback`
  const secrets = await loadSecrets(db, options)
  if (options.production && !secrets.sealing) log.warn({}, 'The signing keys are stored unencrypted: set the option secretKey, or make sure that only this app can read the database')
  const refused = options.onRefused ?? (() => {})
  const profiles = createProfiles()
  const guard = createGuard(log)
  const accounts = guarded(guard, createAccounts(db))
  const background = createBackground(log)
  const outbox = createOutbox(db, log)
  const mailer = options.smtp !== undefined ? createSmtpMailer(options.smtp) : options.production ? createNoMailer() : outbox
  if (mailer.kind === 'none') log.warn({}, 'No SMTP server is configured: nobody can sign up or reset a password until the option smtp is set')

  const storedRecords = createRecords(db, clientId => {
    const profile = profiles.findByClientId(clientId)
    return profile === undefined ? undefined : toClient(profile, legacyCallback)
  }, options.refreshTokenReuseSeconds * 1000)
  const records: AdapterFactory = model => guarded(guard, storedRecords(model))
  const attempts = guarded(guard, createAttempts(db))
  const limits = createAccountLimits(attempts)
  const begunSignIns = createBegunSignIns({ secure: issuer.startsWith('https:'), seconds: INTERACTION_SECONDS })
  let running: RunningProvider | undefined
  const keys = await loadSigningKeys({
    db,
    secrets,
    tokenMs: options.tokenSeconds * 1000,
    publishMs: POLLS_UNTIL_SIGNING * options.keyPollSeconds * 1000,
    maxAgeMs: options.keyMaxAgeDays * 24 * 60 * 60_000,
    upkeep: options.upkeep,
    // The next request creates a provider with the new keys.
    onChange: () => { running = undefined }
  })
  const signOutBrowser: EndBrowserSession = async (request, response) => { await guard(() => endBrowserSession(db, current().provider, request, response)) }
  const current = (): RunningProvider => {
    if (running === undefined) {
      const provider = createOpenIdProvider({ ...options, issuer, keys: keys.list(), cookieKeys: secrets.cookieKeys, signOutSecret: uid => secrets.mac('sign-out', uid), endBrowserSession: signOutBrowser, records, accounts, limits, begunSignIns, profiles, pages: pages(profiles), log, legacyCallback, refused, takeBackUse: async (...use) => { await guard(() => takeBackUse(db, ...use)) } })
      running = { provider, handle: provider.callback() }
    }
    return running
  }
  // Without a key there can be no provider.
  if (keys.list().length > 0) current()
  const tokens = createTokens(current)
  const actions = createAccountActions({ accounts, limits, codes: guarded(guard, createCodes(db, secrets, attempts)), mailer, background, log, baseUrl: issuer })

  const polling = repeat(options.keyPollSeconds * 1000, 'Looking for new signing keys', keys.refresh, log)
  const cleaning = options.upkeep ? removeExpiredRegularly(db, log) : null
  return {
    issuer,
    profiles,
    actions,
    accounts,
    limits,
    mailer,
    latestOutbox: async () => await guard(outbox.latest),
    begunSignIns,
    pendingEmails: createPendingEmails(records('PendingEmail')),
    justDone: createJustDone(records),
    secrets,
    tokens,
    publicUrl: options.publicUrl,
    refused,
    legacyCallback,
    legacySignIns: createLegacySignIns(records('LegacySignIn'), profiles, issuer, legacyCallback),
    endBrowserSession: signOutBrowser,
    current,
    createProvider: createAdapterFactory({ issuer, keys: keys.published, profiles, actions, tokens, log }),
    rotateKeys: keys.rotate,
    async close () {
      await Promise.all([polling.stop(), cleaning?.stop(), background.settled()])
      mailer.close()
    }
  }
}

/** Repeats work at an interval, without overlapping runs and without keeping the process alive. */
function repeat (everyMs: number, what: string, work: () => Promise<void>, log: ProviderLog): { stop (): Promise<void> } {
  let stopped = false
  let working = Promise.resolve()
  let timer: NodeJS.Timeout
  const schedule = () => {
    timer = setTimeout(() => {
      working = work().catch((error: unknown) => { log.error({ err: error }, `${what} failed`) }).finally(() => { if (!stopped) schedule() })
    }, everyMs).unref()
  }
  schedule()
  return {
    async stop () {
      stopped = true
      clearTimeout(timer)
      await working
    }
  }
}
