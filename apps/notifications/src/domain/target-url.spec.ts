import { targetUrl } from './target-url';

describe('the address of a webhook', () => {
  it.each([
    ['https://example.com', 'https://example.com/'],
    ['https://example.com:8443/hooks?key=1', 'https://example.com:8443/hooks?key=1'],
    ['HTTPS://EXAMPLE.com:443/a#part', 'https://example.com/a'],
    ['https://1.1.1.1/x', 'https://1.1.1.1/x'],
    ['https://[2606:4700:4700::1111]/x', 'https://[2606:4700:4700::1111]/x'],
    ['https://xn--9t4b11yi5a.kr/', 'https://xn--9t4b11yi5a.kr/'],
  ])('%s is kept as %s', (given, kept) => {
    expect(targetUrl(given, 'public')).toBe(kept);
  });

  it.each([
    ['no address', 'example.com/hooks', 'whole address'],
    ['another protocol', 'ftp://example.com/', 'https'],
    ['a file', 'file:///etc/passwd', 'https'],
    ['plain HTTP', 'http://example.com/', 'https'],
    ['a user', 'https://me@example.com/', 'user and password'],
    ['a password', 'https://me:secret@example.com/', 'user and password'],
    ['the port of mail', 'https://example.com:25/', 'port'],
    ['the port of ssh', 'https://example.com:22/', 'port'],
    ['port 0', 'https://example.com:0/', 'port'],
    ['loopback', 'https://127.0.0.1/', 'internet'],
    ['loopback in short', 'https://127.1/', 'internet'],
    ['loopback in hexadecimal', 'https://0x7f000001/', 'internet'],
    ['loopback as one number', 'https://2130706433/', 'internet'],
    ['loopback in octal', 'https://0177.0.0.1/', 'internet'],
    ['loopback with a dot behind', 'https://127.0.0.1./', 'internet'],
    ['loopback in wide digits', 'https://１２７.0.0.1/', 'internet'],
    ['loopback, percent-encoded', 'https://%31%32%37.0.0.1/', 'internet'],
    ['loopback in IPv6', 'https://[::1]/', 'internet'],
    ['loopback of IPv4 in IPv6', 'https://[::ffff:127.0.0.1]/', 'internet'],
    ['every interface', 'https://0/', 'internet'],
    ['the credentials of a cloud', 'https://169.254.169.254/latest/meta-data', 'internet'],
    ['a private network', 'https://10.0.0.8/', 'internet'],
    ['a network of carriers', 'https://100.64.0.1/', 'internet'],
    ['a private network in IPv6', 'https://[fd00::1]/', 'internet'],
    ['a private one behind NAT64', 'https://[64:ff9b::a00:1]/', 'internet'],
    ['a private one by 6to4', 'https://[2002:a00:1::]/', 'internet'],
    ['the own machine by name', 'https://localhost/', 'internet'],
    ['the own machine by name with a dot behind', 'https://localhost./', 'internet'],
    ['a name without a dot', 'https://redis/', 'internet'],
    ['an inner name', 'https://metadata.google.internal/', 'internet'],
    ['a name of the local network', 'https://printer.local/', 'internet'],
  ])('that is %s is refused, naming the field and the fix', (_name, given, fix) => {
    expect(() => targetUrl(given, 'public')).toThrow(
      expect.objectContaining({
        code: 'notifications/webhook-url-refused',
        errors: [{ pointer: '/url', detail: expect.stringContaining(fix) as string }],
      }),
    );
  });

  it('may be plain HTTP on the own machine where that is allowed, and still no metadata of a cloud', () => {
    expect(targetUrl('http://127.0.0.1:4000/x', 'private-too')).toBe('http://127.0.0.1:4000/x');
    expect(targetUrl('http://localhost:4000/x', 'private-too')).toBe('http://localhost:4000/x');
    expect(() => targetUrl('http://169.254.169.254/', 'private-too')).toThrow();
  });
});
