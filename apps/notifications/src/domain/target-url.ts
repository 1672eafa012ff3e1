import { isIP } from 'node:net';
import { notificationsError } from './errors';
import { mayConnect, type AddressPolicy } from './public-address';

/** Below are the well-known ports of other protocols (mail, name service, file shares): a POST may say something in those. */
const FIRST_FREE_PORT = 1024;
const WEB_PORTS: readonly number[] = [80, 443];
/** Names that never lead outside (RFC 6761, RFC 6762, RFC 9476 and the one that clouds use for their own). */
const INNER_NAME = /(^|\.)(localhost|local|internal|intranet|home\.arpa|test|invalid|onion|alt)$/;

/**
 * The address of a webhook as it is kept, or a problem that names the fix. Names are not looked up here: what they lead to is
 * checked with every connection, as it may be something else by then. URL (WHATWG) has turned each spelling of an address
 * (`127.1`, `0x7f000001`, `2130706433`) into the plain one before it is looked at.
 */
export function targetUrl(text: string, policy: AddressPolicy): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw refused('Give a whole address, such as https://example.com/stead');
  const fault = faultOf(url, policy);
  if (fault !== null) throw refused(fault);
  url.hash = ''; // never sent
  return url.href;
}

function faultOf(url: URL, policy: AddressPolicy): string | null {
  const inner = policy === 'private-too';
  if (url.protocol !== 'https:' && !(inner && url.protocol === 'http:'))
    return 'Use https://, so that nobody reads or changes events on their way';
  if (url.username !== '' || url.password !== '')
    return 'Leave out user and password: tell that a delivery is ours by its signature';
  const port = url.port === '' ? null : Number(url.port);
  if (port !== null && port < FIRST_FREE_PORT && !WEB_PORTS.includes(port))
    return `Use port 443, or one from ${FIRST_FREE_PORT}: ${port} belongs to another protocol`;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (isIP(host) !== 0) return mayConnect(host, policy) ? null : 'Use an address that can be reached from the internet';
  if (!inner && (!host.includes('.') || INNER_NAME.test(host))) return 'Use a name that leads to a server on the internet';
  return null;
}

function refused(detail: string): Error {
  return notificationsError['webhook-url-refused'](`/url: ${detail}`, { errors: [{ pointer: '/url', detail }] });
}
