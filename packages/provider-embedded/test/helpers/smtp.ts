import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import type { Test } from 'tap'

export interface ReceivedEmail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly code: string
  readonly link: string
}

export interface Smtp {
  readonly url: string
  /** Emails to an address so far. */
  sentTo (to: string): ReceivedEmail[]
  /** Refuses the next email to an address. */
  refuseNext (to: string): void
  /** Waits for the nth email to an address. */
  nth (to: string, n: number, withinMs?: number): Promise<ReceivedEmail>
}

const WAIT_MS = 60_000

/** A mail server that keeps what it receives. */
export async function startSmtp (t: Test): Promise<Smtp> {
  const received: ReceivedEmail[] = []
  const refusedOnce = new Set<string>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo ({ address }, _session, callback) { callback(refusedOnce.delete(address) ? new Error('not now') : null) },
    onData (stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const source = Buffer.concat(chunks).toString('utf8')
        for (const { address } of session.envelope.rcptTo) received.push(read(address, source))
        callback()
      })
    }
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => new Promise<void>(resolve => { server.close(() => { resolve() }) }))
  const { port } = server.server.address() as AddressInfo
  const sentTo = (to: string) => received.filter(email => email.to === to)
  return {
    url: `smtp://127.0.0.1:${port}`,
    sentTo,
    refuseNext: to => { refusedOnce.add(to) },
    async nth (to, n, withinMs = WAIT_MS) {
      for (const end = Date.now() + withinMs; Date.now() < end; await sleep(20)) {
        const email = sentTo(to)[n - 1]
        if (email !== undefined) return email
      }
      throw new Error(`no ${n}th email to ${to} within ${withinMs} ms`)
    }
  }
}

function read (to: string, source: string): ReceivedEmail {
  const subject = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(source)?.[1]?.replaceAll(/\r\n[ \t]/g, ' ') ?? ''
  const part = /Content-Type: text\/plain[^]*?\r\n\r\n([^]*?)\r\n--/.exec(source)?.[1] ?? ''
  const text = part.replaceAll(/=\r\n/g, '').replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return { to, subject, text, code: /\b(\d{6})\b/.exec(text)?.[1] ?? '', link: /(https?:\/\/\S+)/.exec(text)?.[1] ?? '' }
}
