/**
 * Which names are this server's. A page of another site can have its own name resolve to this machine (DNS rebinding)
 * and would then read what is served here as its own: so whoever asks for another name is refused. Node.
 */
import { hostname, networkInterfaces } from 'node:os';

/** Names and addresses of this machine for itself, on which the server can always be asked. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1'];

/** The addresses that mean "on all interfaces". */
const EVERYWHERE = ['0.0.0.0', '::'];

/** @param {string} host the address that the server listens on */
export const listensEverywhere = (host) => EVERYWHERE.includes(host);

/** This machine's addresses on its networks, without loopback. */
const addresses = () =>
  Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter(({ internal }) => !internal);

/** This machine's IPv4 addresses on its networks. */
export const networkAddresses = () =>
  addresses()
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }) => address);

/**
 * The name that a browser on this machine can use for the address that the server listens on.
 * @param {string} host
 */
export function nameOf(host) {
  if (LOOPBACK_NAMES.includes(host) || listensEverywhere(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * Whether a name (in small letters, an IPv6 address without brackets) is this server's. The machine's own are looked up
 * each time, for its networks come and go.
 * @param {string} name
 * @param {string} host the address or name that the server listens on
 */
export function isOurs(name, host) {
  if (LOOPBACK_NAMES.includes(name) || name === host.toLowerCase()) return true;
  if (!listensEverywhere(host)) return false;
  return name === hostname().toLowerCase() || addresses().some(({ address }) => address.toLowerCase() === name);
}

/**
 * What a request asks of whom, by its target, or by its Host where the target is a path alone.
 * @param {import('node:http').IncomingMessage} request
 * @returns {{ name: string, path: string } | undefined} the name as `isOurs` takes it; undefined where the request
 *   names no host or several, or one that cannot be
 */
export function targetOf({ url = '', headersDistinct: { host = [] } }) {
  if (host.length !== 1) return undefined;
  const [, asked = host[0], rest = url] = url.match(/^http:\/\/([^/?#]*)(.*)$/i) ?? [];
  const [, name] = asked.toLowerCase().match(/^(\[[\da-f:.]+\]|[^\s:@[\]]+)(?::\d*)?$/) ?? [];
  if (name === undefined) return undefined;
  const [path] = rest.split(/[?#]/, 1);
  return { name: name.replace(/^\[|\]$/g, ''), path: path || '/' };
}
