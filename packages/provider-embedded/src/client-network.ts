import { isIP, isIPv6 } from 'node:net'

/**
 * The network that a client's attempts are counted by: its address, or for IPv6 the /64 network. One customer gets at
 * least a /64 (RFC 6177), and could otherwise use a new address for each attempt.
 *
 * @param address from Fastify. Behind a proxy it is whatever the proxy wrote: maybe with a port, maybe not an address at
 *   all. Everything that isn't an address counts as one client, so that making up values doesn't help
 */
export function networkOf (address: string): string {
  const plain = withoutPort(address).replace(/%.*$/, '')
  if (isIP(plain) === 0) return 'unknown'
  if (!isIPv6(plain)) return plain
  const groups = groupsOf(plain)
  // A dual-stack socket shows IPv4 addresses as `::ffff:192.0.2.1`.
  if (groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff) return groups.slice(6).flatMap(group => [group >> 8, group & 255]).join('.')
  return `${groups.slice(0, 4).map(group => group.toString(16)).join(':')}::/64`
}

/** Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function withoutPort (address: string): string {
  return /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address
}

/** The eight 16-bit groups of an IPv6 address. */
function groupsOf (address: string): number[] {
  // URLs normalize IPv6 to hexadecimal groups (WHATWG URL §3.5).
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const read = (text: string) => text === '' ? [] : text.split(':').map(group => parseInt(group, 16))
  if (tail === undefined) return read(head)
  return [...read(head), ...Array<number>(8 - read(head).length - read(tail).length).fill(0), ...read(tail)]
}
