import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';

const CONNECT_TIMEOUT_MS = 10_000;

/** A connection that was not made, or was cut before a byte was sent, because of where it leads. */
export class AddressRefused extends Error {
  constructor() {
    super('the address is not one that events are sent to');
    this.name = 'AddressRefused';
  }
}

export type LookupAll = (
  name: string,
  options: { all: true },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Connects to what the guard lets through and to nothing else. The check stands where the connection is made, on the very
 * addresses that it will use: a name that led elsewhere when somebody looked before (DNS rebinding) gains nothing by it. All of a
 * name's addresses must pass, as the first that answers is taken.
 */
export function guardedConnector(
  mayConnect: (address: string) => boolean,
  lookupAll: LookupAll = systemLookup,
): buildConnector.connector {
  const lookup: LookupFunction = (name, options, callback) => {
    lookupAll(name, { all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null) callback(error, []);
      else if (first === undefined || !addresses.every(({ address }) => mayConnect(address))) callback(new AddressRefused(), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
  // No TLS session of an earlier connection: each one shows its certificate.
  const connect = buildConnector({ lookup, timeout: CONNECT_TIMEOUT_MS, maxCachedSessions: 0, keepAlive: false });

  return (options, callback) => {
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
    // An address is not looked up, so it would pass by the check above.
    if (isIP(host) !== 0 && !mayConnect(host)) return callback(new AddressRefused(), null);
    return connect(options, (...result) => {
      const [error, socket] = result;
      if (error !== null) return callback(error, null);
      // What the kernel says, whatever came before.
      if (socket.remoteAddress !== undefined && mayConnect(socket.remoteAddress)) return callback(null, socket);
      socket.destroy();
      return callback(new AddressRefused(), null);
    });
  };
}
