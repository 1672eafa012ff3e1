import fc from 'fast-check';
import { BlockList } from 'node:net';
import { mayConnect } from './public-address';

/** Written down a second time, from the registries of IANA, with the checker of Node. */
const innerV4 = new BlockList();
const innerV6 = new BlockList();
for (const [network, bits] of [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ] as const),
  ...([
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 3],
  ] as const),
])
  innerV4.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ...([
    ['::', 8],
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['100::', 64],
    ['2001::', 32],
    ['2001:db8::', 32],
  ] as const),
  ...([
    ['2002::', 16],
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ] as const),
])
  innerV6.addSubnet(network, bits, 'ipv6');

const octets = fc.tuple(...Array.from({ length: 4 }, () => fc.nat(255)));
const words = fc.tuple(...Array.from({ length: 8 }, () => fc.nat(0xffff)));

describe('an address that events may be sent to', () => {
  it.each(['1.1.1.1', '8.8.8.8', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:82f::200e'])('is %s', (address) => {
    expect(mayConnect(address, 'public')).toBe(true);
  });

  it.each([
    ...['0.0.0.0', '0.1.2.3', '10.1.2.3', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.0.1', '169.254.169.254'],
    ...['172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.51.100.7'],
    ...['203.0.113.9', '224.0.0.1', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
    ...['::', '::1', '::7f00:1', '::10.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '::ffff:0:10.0.0.1'],
    ...['64:ff9b::a00:1', '64:ff9b::169.254.169.254', '64:ff9b:1::a00:1', '2002:7f00:1::', '2002:a00:1::1', '2001:0:1::1'],
    ...['fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '2001:db8::1', '3fff::1', '4000::1'],
    // Spellings that nothing here should ever see, as others may read them otherwise.
    ...[
      '127.1',
      '0x7f000001',
      '2130706433',
      '0177.0.0.1',
      '017700000001',
      '8.8.8.8.',
      ' 8.8.8.8',
      '1.1.1',
      '',
      'localhost',
      '[::1]',
    ],
  ])('is not %s', (address) => {
    expect(mayConnect(address, 'public')).toBe(false);
  });

  it('never lies in a range that is not public, whichever it is', () => {
    fc.assert(
      fc.property(octets, (parts) => {
        const address = parts.join('.');
        expect(mayConnect(address, 'public') && innerV4.check(address, 'ipv4')).toBe(false);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(words, (parts) => {
        const address = parts.map((word) => word.toString(16)).join(':');
        expect(mayConnect(address, 'public') && innerV6.check(address, 'ipv6')).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['::ffff:', '64:ff9b::', '::'])('never is one that stands for an IPv4 address, written %sa.b.c.d', (prefix) => {
    fc.assert(fc.property(octets, (parts) => expect(mayConnect(prefix + parts.join('.'), 'public')).toBe(false)));
  });

  it('may be one of the own machine and networks where that is allowed, and still none of a cloud that hands out credentials', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', '192.168.1.1', 'fd00::1'])
      expect(mayConnect(address, 'private-too')).toBe(true);
    for (const address of ['169.254.169.254', 'fe80::1', '0.0.0.0', '::ffff:169.254.169.254', '168.63.129.16'])
      expect(mayConnect(address, 'private-too')).toBe(false);
  });
});
