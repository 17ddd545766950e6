import { z } from 'zod';
import { LabwrightError } from '../../util/errors.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import type { Bmc, BmcAddress, OpenBmc } from './bmc.ts';
import { redfishRequest, type RedfishDeps } from './redfish-request.ts';

const link = z.object({ '@odata.id': z.string() });
const action = z.object({ target: z.string() });
const systemShape = z.object({
  PowerState: z.string().optional(),
  VirtualMedia: link.optional(),
  Links: z.object({ ManagedBy: z.array(link).optional() }).optional(),
  Actions: z.object({ '#ComputerSystem.Reset': action }),
});
const managerShape = z.object({ VirtualMedia: link.optional() });
const collectionShape = z.object({ Members: z.array(link) });
const mediaShape = z.object({
  MediaTypes: z.array(z.string()).optional(),
  Inserted: z.boolean().nullish(),
  Image: z.string().nullish(),
  Actions: z.object({ '#VirtualMedia.InsertMedia': action, '#VirtualMedia.EjectMedia': action }),
});
type Media = z.infer<typeof mediaShape>;

/**
 * Opens BMCs over Redfish, with Basic auth, following the links the service gives (reference/lab-and-libvirt.md §3.2).
 *
 * Calls throw LabwrightError: `unauthorized` names the machine, `unreachable` its address, `not_found` a system or drive
 * that is not there, `refused` anything else the BMC said no to, in its words.
 */
export function createOpenBmc(deps: RedfishDeps): OpenBmc {
  return (address, cause) => openOne(deps, address, cause);
}

function openOne(deps: RedfishDeps, address: BmcAddress, cause: string | undefined): Bmc {
  const url = systemUrl(address.url);
  const headers = {
    Authorization: `Basic ${Buffer.from(`${address.username}:${address.password}`).toString('base64')}`,
    ...(cause !== undefined && { [CAUSE_HEADER]: cause }),
  };

  async function call(method: 'GET' | 'POST' | 'PATCH', path: string, signal: AbortSignal | undefined, body?: object): Promise<string> {
    const target = new URL(path, url);
    // Credentials go to the BMC only, wherever its links point.
    if (target.origin !== url.origin) throw new LabwrightError('refused', `the BMC at ${url.host} points to ${target.host}`, { hint: 'check the BMC address' });
    const reply = await redfishRequest(deps, { method, url: target, headers, signal, ...(body && { body }) });
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    throw refusal(address, url, `${method} ${target.pathname}`, reply);
  }

  async function read<T>(shape: z.ZodType<T>, path: string, signal: AbortSignal | undefined): Promise<T> {
    const content = await call('GET', path, signal);
    try {
      return shape.parse(JSON.parse(content));
    } catch (error) {
      throw new LabwrightError('refused', `the BMC at ${url.host} answers ${path} with something that is not the Redfish expected`, {
        hint: 'check that the BMC address ends in /redfish/v1/Systems/<id>',
        cause: error,
      });
    }
  }

  async function drive(signal: AbortSignal | undefined): Promise<Media> {
    const system = await read(systemShape, url.pathname, signal);
    const collections = system.VirtualMedia ? [system.VirtualMedia] : [];
    for (const manager of system.VirtualMedia ? [] : (system.Links?.ManagedBy ?? [])) {
      const found = (await read(managerShape, manager['@odata.id'], signal)).VirtualMedia;
      if (found) collections.push(found);
    }
    for (const collection of collections) {
      for (const member of (await read(collectionShape, collection['@odata.id'], signal)).Members) {
        const media = await read(mediaShape, member['@odata.id'], signal);
        if (media.MediaTypes?.some((type) => type === 'CD' || type === 'DVD')) return media;
      }
    }
    throw new LabwrightError('not_found', `${url.href} has no virtual CD drive`, { hint: 'check that the BMC is licensed for virtual media' });
  }

  return {
    async power(signal) {
      const { PowerState } = await read(systemShape, url.pathname, signal);
      return PowerState === 'On' || PowerState === 'Paused' || PowerState === 'PoweringOff' ? 'On' : 'Off';
    },
    async reset(type, signal) {
      const system = await read(systemShape, url.pathname, signal);
      await call('POST', system.Actions['#ComputerSystem.Reset'].target, signal, { ResetType: type });
    },
    async insertMedia(imageUrl, signal) {
      await call('POST', (await drive(signal)).Actions['#VirtualMedia.InsertMedia'].target, signal, { Image: imageUrl });
    },
    async ejectMedia(signal) {
      const media = await drive(signal);
      if (media.Inserted === true) await call('POST', media.Actions['#VirtualMedia.EjectMedia'].target, signal, {});
    },
    async media(signal) {
      const media = await drive(signal);
      return { inserted: media.Inserted === true, image: media.Image ?? undefined };
    },
    async bootOnce(target, signal) {
      await call('PATCH', url.pathname, signal, { Boot: { BootSourceOverrideTarget: target, BootSourceOverrideEnabled: 'Once' } });
    },
  };
}

/** metal3 writes `redfish-virtualmedia+https://…`; without `+http…`, TLS is assumed. */
function systemUrl(address: string): URL {
  const url = address.replace(/^(?:redfish|redfish-virtualmedia)\+(?=https?:)/, '').replace(/^(?:redfish|redfish-virtualmedia):/, 'https:');
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new LabwrightError('bad_input', `${address} is not a Redfish address`, { hint: 'write https://HOST:PORT/redfish/v1/Systems/ID' });
  return new URL(url);
}

function refusal(address: BmcAddress, url: URL, what: string, reply: { status: number; text: string }): LabwrightError {
  const machine = `${url.origin}${url.pathname}`;
  if (reply.status === 401 || reply.status === 403) {
    return new LabwrightError('unauthorized', `the BMC of ${machine} refuses the password of user "${address.username}"`, {
      hint: `check the BMC username and password of ${machine}`,
    });
  }
  const code = reply.status === 404 ? 'not_found' : 'refused';
  return new LabwrightError(code, `the BMC of ${machine} answers ${reply.status} to ${what}`, { cause: reply.text });
}
