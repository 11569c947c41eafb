import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import type { Test } from 'tap'

export interface Mailbox {
  readonly url: string
  /** Waits for an email to the address. @returns the six-digit code in it */
  code (address: string): Promise<string>
}

const WAIT_MS = 60_000

/** A mail server that keeps the last email to each address. */
export async function startMailbox (t: Test): Promise<Mailbox> {
  const emails = new Map<string, string>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData (stream, { envelope }, done) {
      text(stream).then(email => {
        for (const { address } of envelope.rcptTo) emails.set(address, email)
        done()
      }, done)
    }
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => new Promise<void>(resolve => { server.close(resolve) }))
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    async code (address) {
      for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(20)) {
        const code = /^\D*\b(\d{6})\b/m.exec(emails.get(address)?.split('text/plain')[1] ?? '')?.[1]
        if (code !== undefined) return code
      }
      throw new Error(`No email with a code came to ${address} within ${WAIT_MS} ms`)
    }
  }
}
