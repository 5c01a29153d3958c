/** Which network addresses lie within one's own walls, and where a redirection may lead. */
import { BlockList, isIP } from 'node:net';
import { NightsiftError } from '../../../contract/errors.ts';

const privateRanges = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  privateRanges.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  privateRanges.addSubnet(network, prefix, 'ipv6');

/** Loopback, link-local, the private ranges and what is no host's address. IPv4 within IPv6 counts as IPv4. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  const version = isIP(plain);
  return version === 0 || privateRanges.check(plain, version === 6 ? 'ipv6' : 'ipv4');
}

/**
 * A server may not send us where the person did not want to go: from https to http, or from the world into the local network.
 * Errors: notAllowed.
 */
export function checkRedirection(from: URL, to: URL): void {
  const why =
    to.protocol !== 'https:' && to.protocol !== 'http:'
      ? `${to.protocol} is no way to fetch a file`
      : from.protocol === 'https:' && to.protocol === 'http:'
        ? 'it leaves the encrypted connection'
        : null;
  if (why === null) return;
  throw new NightsiftError('notAllowed', `${from.host} redirects to ${to.protocol}//${to.host}: ${why}.`, {
    hint: 'Name the place itself if it is the right one.',
    details: { from: from.origin, to: to.origin },
  });
}

/** Errors: notAllowed when a redirection from a public host leads to one of one's own network. */
export function checkReach(from: URL, wasPrivate: boolean, to: URL, addresses: readonly string[]): void {
  if (wasPrivate || to.hostname === from.hostname || !addresses.some(isPrivateAddress)) return;
  throw new NightsiftError(
    'notAllowed',
    `${from.host} redirects to ${to.host}, which lies in the local network.`,
    {
      hint: 'Name the place itself if it is the right one.',
      details: { from: from.origin, to: to.origin },
    },
  );
}
