/** How deep a logger might go into a value that is logged or thrown. */
const deepest = 10

/**
 * Collects all text in a value that a logger might write: messages, stacks, causes, properties, and the decoded
 * credentials in HTTP Basic headers (RFC 7617).
 */
export function textOf (value: unknown): string {
  const found: string[] = []
  collect(value, found, new Set(), 0)
  const text = found.join('\n')
  const basic = [...text.matchAll(/Basic ([A-Za-z0-9+/=]+)/gi)].map(([, credentials]) => Buffer.from(credentials ?? '', 'base64').toString())
  return [text, ...basic].join('\n')
}

function collect (value: unknown, found: string[], visited: Set<object>, depth: number): void {
  if (typeof value === 'string') found.push(value)
  if (typeof value !== 'object' || value === null || visited.has(value) || depth > deepest) return
  visited.add(value)
  if (value instanceof Uint8Array) found.push(Buffer.from(value).toString())
  else if (value instanceof URL) found.push(value.href)
  else for (const part of partsOf(value)) collect(part, found, visited, depth + 1)
}

function partsOf (value: object): unknown[] {
  if (value instanceof Map || value instanceof Set || value instanceof Headers || value instanceof URLSearchParams) return [...value]
  // An error's own properties (message, stack, cause, errors) are not enumerable.
  const names = value instanceof Error ? Object.getOwnPropertyNames(value) : Object.keys(value)
  const own = names.map(name => Object.getOwnPropertyDescriptor(value, name)?.value)
  return value instanceof Error ? [value.stack, ...names, ...own] : [...names, ...own]
}
