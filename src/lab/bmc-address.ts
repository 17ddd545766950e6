import type { BmcProtocol } from './plan.ts';

/** metal3's drivers, by the scheme of a BMC's address. */
const PROTOCOLS: Readonly<Record<BmcProtocol, true>> = {
  'redfish-virtualmedia': true,
  redfish: true,
  'redfish-uefihttp': true,
  'idrac-virtualmedia': true,
  'idrac-redfish': true,
  'ilo5-virtualmedia': true,
  ipmi: true,
};

/** What is wrong with a BMC's address, and what to write. */
interface AddressMistake {
  readonly message: string;
  readonly hint: string;
}

/** Reads an address as metal3 writes it: `redfish-virtualmedia://…`, `idrac-virtualmedia+http://…`, `ipmi://HOST`; `url` is what a client opens. */
export function readBmcAddress(text: string): { readonly protocol: BmcProtocol; readonly url: string } | AddressMistake {
  const [, protocol = '', transport = 'https', rest = ''] = /^([a-z0-9-]+)(?:\+(https?))?:\/\/(.+)$/.exec(text) ?? [];
  if (!isProtocol(protocol))
    return {
      message: `${text} does not begin with a BMC protocol`,
      hint: `write redfish-virtualmedia://HOST/redfish/v1/Systems/ID, or another of: ${Object.keys(PROTOCOLS).join(', ')}`,
    };
  const url = URL.parse(`${transport}://${rest}`);
  if (!url || url.username !== '' || url.search !== '')
    return { message: `${text} is not an address`, hint: 'write host, port and path alone; the user has a key of its own' };
  if (protocol === 'ipmi')
    return url.pathname === '/'
      ? { protocol, url: `ipmi://${url.hostname}:${url.port || '623'}` }
      : { message: `${text} has a path, which IPMI does not know`, hint: `write ipmi://${url.host}` };
  const path = url.pathname.replace(/\/+$/, '');
  if (!/^\/redfish\/v1\/Systems\/[^/]+$/.test(path))
    return { message: `${text} does not name a Redfish system`, hint: `write ${protocol}://${url.host}/redfish/v1/Systems/ID (Dell: System.Embedded.1)` };
  return { protocol, url: `${url.origin}${path}` };
}

function isProtocol(text: string): text is BmcProtocol {
  return Object.hasOwn(PROTOCOLS, text);
}

/** Can the BMC boot an image that it is given the address of? */
export function hasVirtualMedia(protocol: BmcProtocol): boolean {
  return protocol !== 'ipmi';
}
