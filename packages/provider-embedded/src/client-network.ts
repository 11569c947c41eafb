import { isIP, isIPv6 } from 'node:net'

/**
 * By what the tries of a client address are counted: the address, or for IPv6 its network of 64 bits, since that is
 * what one customer is given (RFC 6177), who could else try from another address each time.
 *
 * @param address as Fastify says it, which behind a proxy may be what the proxy wrote: with a port, or no address at all. All of
 *   the latter count as one, or who makes them up would be somebody else each time
 */
export function networkOf (address: string): string {
  const plain = withoutPort(address).replace(/%.*$/, '')
  if (isIP(plain) === 0) return 'unknown'
  if (!isIPv6(plain)) return plain
  const groups = groupsOf(plain)
  // An IPv4 address on a socket for both kinds, `::ffff:192.0.2.1`, is one of IPv4.
  if (groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff) return groups.slice(6).flatMap(group => [group >> 8, group & 255]).join('.')
  return `${groups.slice(0, 4).map(group => group.toString(16)).join(':')}::/64`
}

/** Proxies write `192.0.2.1:4711` and `[2001:db8::1]:4711` too. */
function withoutPort (address: string): string {
  return /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address
}

/** The eight groups of 16 bits. */
function groupsOf (address: string): number[] {
  // A URL writes IPv6 in hexadecimal only (WHATWG URL §3.5).
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const read = (text: string) => text === '' ? [] : text.split(':').map(group => parseInt(group, 16))
  if (tail === undefined) return read(head)
  return [...read(head), ...Array<number>(8 - read(head).length - read(tail).length).fill(0), ...read(tail)]
}
