import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** A loopback server that serves the documents a test gives it, and records the requests. */
export interface DocumentServer {
  readonly url: string
  /** By path. A string is sent unchanged, anything else as JSON. */
  readonly documents: Map<string, unknown>
  /** The status by path, if not 200. */
  readonly statuses: Map<string, number>
  /** Sent with each response. */
  readonly headers: Record<string, string>
  /** Paths whose responses start but never end. */
  readonly unfinished: Set<string>
  readonly asked: string[]
}

export async function startDocumentServer (t: Test): Promise<DocumentServer> {
  const documents = new Map<string, unknown>()
  const statuses = new Map<string, number>()
  const headers: Record<string, string> = {}
  const unfinished = new Set<string>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const document = documents.get(path)
    if (unfinished.has(path)) {
      response.write('{"keys":[')
      return
    }
    if (document === undefined) response.writeHead(404).end()
    else response.writeHead(statuses.get(path) ?? 200, headers).end(typeof document === 'string' ? document : JSON.stringify(document))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, documents, statuses, headers, unfinished, asked }
}
