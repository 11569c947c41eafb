import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Behavior } from './test-issuer.js'

/** A JSON document that the server serves. */
export interface ServedDocument {
  /** Counts a request for it. */
  asked (): void
  content (): object
}

/** An HTTP server on a loopback port that can misbehave. */
export interface IssuerServer {
  readonly origin: string
  behave (how: Behavior): Promise<void>
  close (): Promise<void>
}

/** Where `redirect` leads: to the same document, so that a test notices a client that follows redirects. */
const movedPrefix = '/moved'
const hugeChunk = ' '.repeat(64 * 1024)
const hugeChunks = 256

type Answer = (response: ServerResponse, path: string, document: object | undefined) => void

/** The responses, by behavior. `down` has no entry, because the server does not listen then. */
const answers: Record<Exclude<Behavior, 'down'>, Answer> = {
  well: (response, path, document) => {
    if (document === undefined) send(response, 404, { error: 'not_found' })
    else send(response, 200, document)
  },
  hanging: () => {},
  error: response => { send(response, 500, { error: 'server_error' }) },
  garbage: response => { response.writeHead(200, { 'content-type': 'application/json' }).end('<!doctype html><p>This is no JSON.') },
  huge: (response, path, document) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    // A correct client hangs up before the end.
    pipeline(Readable.from(hugeBody(document ?? {})), response).catch(() => {})
  },
  redirect: (response, path) => { response.writeHead(302, { location: movedPrefix + path }).end() }
}

function send (response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function * hugeBody (document: object): Generator<string> {
  yield JSON.stringify(document)
  for (let sent = 0; sent < hugeChunks; sent++) yield hugeChunk
}

/**
 * Starts the server.
 *
 * @param port 0 means a free port, which the server keeps until it is closed
 * @param documentAt returns the document at a path
 */
export async function startIssuerServer (port: number, documentAt: (path: string) => ServedDocument | undefined): Promise<IssuerServer> {
  let answer = answers.well
  let asked = port

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname
    if (path.startsWith(movedPrefix)) {
      answers.well(response, path, documentAt(path.slice(movedPrefix.length))?.content())
      return
    }
    const document = documentAt(path)
    document?.asked()
    answer(response, path, document?.content())
  })

  async function listen (): Promise<void> {
    if (server.listening) return
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(asked, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
    asked = (server.address() as AddressInfo).port
  }

  async function stop (): Promise<void> {
    const closed = new Promise(resolve => server.once('close', resolve))
    server.close()
    server.closeAllConnections()
    await closed
  }

  await listen()
  return {
    origin: `http://127.0.0.1:${asked}`,
    async behave (how) {
      if (how === 'down') return await stop()
      if (!Object.hasOwn(answers, how)) throw new TypeError(`behave: "${String(how)}" is not one of ${[...Object.keys(answers), 'down'].join(', ')}`)
      answer = answers[how]
      await listen()
    },
    close: stop
  }
}
