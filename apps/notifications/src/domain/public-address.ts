import ipaddr from 'ipaddr.js';

/** What else a guard lets through: nothing, or the addresses of a developer's own machine and networks. */
export type AddressPolicy = 'public' | 'private-too';

/** Special ranges that are not in the registries that ipaddr.js follows, with who lives there. */
const NOT_FOR_US: readonly [ipaddr.IPv4, number][] = [
  [ipaddr.IPv4.parse('168.63.129.16'), 32], // Azure's host agent, below a public address
];
/** RFC 4291 §2.4: the only part of IPv6 that is given out to the internet. It leaves out `::a.b.c.d`, which no range names. */
const GLOBAL_V6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
/** Never link-local, where clouds keep the credentials of their machines (169.254.169.254). */
const PRIVATE: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal']);

/**
 * Whether something may be sent to an address. Only what is plainly public passes: what stands for another address (IPv4 in
 * IPv6, NAT64, 6to4, Teredo) is refused with all the rest, as nobody can tell where it comes out.
 */
export function mayConnect(address: string, policy: AddressPolicy): boolean {
  // A strict spelling only: what the platform's resolver or a URL gives, not `127.1`, which others may read otherwise.
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  const range: string = parsed.range();
  if (policy === 'private-too' && PRIVATE.has(range)) return true;
  if (range !== 'unicast') return false;
  if (parsed instanceof ipaddr.IPv6) return parsed.zoneId === undefined && parsed.match(GLOBAL_V6);
  return !NOT_FOR_US.some((special) => parsed.match(special));
}
