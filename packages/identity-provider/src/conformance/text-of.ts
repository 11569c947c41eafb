/** How deep into what is logged or thrown a logger might reach. */
const deepest = 10

/**
 * All text that is in a value, as a logger might write it: messages, stacks, causes, properties, and the
 * credentials inside HTTP Basic headers (RFC 7617).
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
  // What an error is made of (message, stack, cause, errors) is not enumerable.
  const names = value instanceof Error ? Object.getOwnPropertyNames(value) : Object.keys(value)
  const own = names.map(name => Object.getOwnPropertyDescriptor(value, name)?.value)
  return value instanceof Error ? [value.stack, ...names, ...own] : [...names, ...own]
}
