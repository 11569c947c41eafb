import type { Tables } from '@latchkey/database'
import type { ProviderLog } from '@latchkey/identity-provider'
import type { Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import { createTransport } from 'nodemailer'

export interface Email {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

export interface Mailer {
  /** `none` is production without an SMTP server, where nothing can be sent. */
  readonly kind: 'smtp' | 'outbox' | 'none'
  send (email: Email): Promise<void>
  close (): void
}

export interface Outbox extends Mailer {
  /** The emails that were not sent, newest first. */
  latest (): Promise<{ recipient: string, subject: string, text: string, sentAt: string }[]>
}

/** Timeout for each step of an SMTP connection. */
const SMTP_TIMEOUT_MS = 10_000

/** Sends emails over SMTP. */
export function createSmtpMailer ({ url, from }: { url: string, from: string }): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    connectionTimeout: SMTP_TIMEOUT_MS,
    greetingTimeout: SMTP_TIMEOUT_MS,
    socketTimeout: SMTP_TIMEOUT_MS
  }, { from })
  return {
    kind: 'smtp',
    send: async email => { await transport.sendMail({ ...email, disableFileAccess: true, disableUrlAccess: true }) },
    close: () => { transport.close() }
  }
}

/** Development without an SMTP server: emails go to the log and to the outbox page. */
export function createOutbox (db: Kysely<Tables>, log: ProviderLog): Outbox {
  return {
    kind: 'outbox',
    async send ({ to, subject, text }) {
      log.info({ to, subject, text }, 'No SMTP server is configured: this email was not sent')
      await db.insertInto('latchkey_embedded_outbox').values({ id: randomUUID(), recipient: to, subject, text, sent_at: new Date().toISOString() }).execute()
    },
    latest: async () => await db.selectFrom('latchkey_embedded_outbox').select(['recipient', 'subject', 'text', 'sent_at as sentAt']).orderBy('sent_at', 'desc').limit(50).execute(),
    close: () => {}
  }
}

/** Production without an SMTP server: operations that need an email are refused before they do anything. */
export function createNoMailer (): Mailer {
  return { kind: 'none', send: async () => { throw new Error('No SMTP server is configured') }, close: () => {} }
}
