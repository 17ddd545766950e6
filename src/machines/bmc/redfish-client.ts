import { z } from 'zod';
import { isLabwrightError, LabwrightError } from '../../util/errors.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import type { Bmc, BmcAddress, BootOverride, BootTarget, OpenBmc } from './bmc.ts';
import { redfishRequest, type RedfishDeps, type RedfishReply } from './redfish-request.ts';

const link = z.object({ '@odata.id': z.string() });
const action = z.object({ target: z.string() });
const systemShape = z.object({
  PowerState: z.string().optional(),
  Manufacturer: z.string().nullish(),
  Boot: z
    .object({
      BootSourceOverrideTarget: z.string().nullish(),
      BootSourceOverrideEnabled: z.string().nullish(),
      'BootSourceOverrideTarget@Redfish.AllowableValues': z.array(z.string()).optional(),
    })
    .optional(),
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
  /** Older Lenovos have none; there the drive itself is written. */
  Actions: z.object({ '#VirtualMedia.InsertMedia': action.optional(), '#VirtualMedia.EjectMedia': action.optional() }).optional(),
});
type Media = z.infer<typeof mediaShape> & { readonly path: string };

/** How long to wait before asking again how an action goes that a BMC answered with 202. */
const TASK_MS = 2000;

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

  async function ask(method: 'GET' | 'POST' | 'PATCH', path: string, signal: AbortSignal | undefined, body?: object, etag?: string): Promise<RedfishReply> {
    const target = new URL(path, url);
    // Credentials go to the BMC only, wherever its links point.
    if (target.origin !== url.origin) throw new LabwrightError('refused', `the BMC at ${url.host} points to ${target.host}`, { hint: 'check the BMC address' });
    const all = { ...headers, ...(etag !== undefined && { 'If-Match': etag }) };
    const reply = await redfishRequest(deps, { method, url: target, headers: all, signal, ...(body && { body }) });
    if (reply.status >= 200 && reply.status < 300) return reply;
    throw refusal(address, url, `${method} ${target.pathname}`, reply);
  }

  const call = async (path: string, signal: AbortSignal | undefined): Promise<string> => (await ask('GET', path, signal)).text;

  /** Resolves when it is done, also where the BMC goes on with it after it has answered (DSP0266 §11.2). */
  async function act(method: 'POST' | 'PATCH', path: string, signal: AbortSignal | undefined, body: object, etag?: string): Promise<void> {
    let reply = await ask(method, path, signal, body, etag);
    const monitor = reply.location;
    if (monitor === undefined) return;
    while (reply.status === 202) {
      await deps.clock.sleep(TASK_MS, signal);
      reply = await ask('GET', monitor, signal);
    }
  }

  async function read<T>(shape: z.ZodType<T>, path: string, signal: AbortSignal | undefined): Promise<T> {
    const content = await call(path, signal);
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
        if (media.MediaTypes?.some((type) => type === 'CD' || type === 'DVD')) return { ...media, path: member['@odata.id'] };
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
      await act('POST', system.Actions['#ComputerSystem.Reset'].target, signal, { ResetType: type });
    },
    async insertMedia(imageUrl, signal) {
      const media = await drive(signal);
      const insert = media.Actions?.['#VirtualMedia.InsertMedia']?.target;
      if (insert === undefined) return act('PATCH', media.path, signal, { Image: imageUrl, Inserted: true, WriteProtected: true }, '*');
      await retried({ Image: imageUrl }, (body) => act('POST', insert, signal, body));
    },
    async ejectMedia(signal) {
      const media = await drive(signal);
      if (media.Inserted !== true) return;
      const eject = media.Actions?.['#VirtualMedia.EjectMedia']?.target;
      if (eject === undefined) return act('PATCH', media.path, signal, { Image: null, Inserted: false }, '*');
      await act('POST', eject, signal, {});
    },
    async media(signal) {
      const media = await drive(signal);
      return { inserted: media.Inserted === true, image: media.Image || undefined };
    },
    bootOnce: (target, signal) => setBoot(target, 'Once', signal),
    async boot(signal) {
      const { Boot } = await read(systemShape, url.pathname, signal);
      const target = BOOT_TARGETS[Boot?.BootSourceOverrideTarget ?? ''] ?? 'None';
      const enabled = Boot?.BootSourceOverrideEnabled;
      return { target, enabled: enabled === 'Once' || enabled === 'Continuous' ? enabled : 'Disabled' };
    },
    setBoot,
  };

  async function setBoot(target: BootTarget, enabled: BootOverride['enabled'], signal?: AbortSignal): Promise<void> {
    const { text, etag } = await ask('GET', url.pathname, signal);
    const { Manufacturer, Boot } = systemShape.parse(JSON.parse(text));
    // Supermicro's virtual CD is a USB drive: told to boot from `Cd`, it does not.
    const usb = /supermicro/i.test(Manufacturer ?? '') && Boot?.['BootSourceOverrideTarget@Redfish.AllowableValues']?.includes('UsbCd') === true;
    const named = target === 'Cd' && usb ? 'UsbCd' : target;
    const body = { BootSourceOverrideTarget: enabled === 'Disabled' ? 'None' : named, BootSourceOverrideEnabled: enabled };
    await act('PATCH', url.pathname, signal, { Boot: body }, etag);
  }
}

/** Redfish's names of boot sources, as ours. */
const BOOT_TARGETS: Readonly<Record<string, BootTarget>> = { Cd: 'Cd', UsbCd: 'Cd', Hdd: 'Hdd', Pxe: 'Pxe' };

/**
 * Inserts an image, with what a BMC says it misses: some demand properties that Redfish has as optional, others refuse them
 * when they are sent unasked (as sushy's VirtualMedia.insert_media knows them).
 */
async function retried(body: { readonly Image: string }, insert: (body: object) => Promise<void>): Promise<void> {
  const extra: Record<string, string> = {};
  for (;;) {
    try {
      return await insert({ ...body, ...extra });
    } catch (error) {
      const said = isLabwrightError(error) && typeof error.cause === 'string' ? error.cause : '';
      const missing = (name: string): boolean => said.includes(name) && extra[name] === undefined;
      if (missing('TransferProtocolType')) extra['TransferProtocolType'] = body.Image.startsWith('https:') ? 'HTTPS' : 'HTTP';
      else if (missing('TransferMethod')) extra['TransferMethod'] = 'Stream';
      else throw error;
    }
  }
}

const METAL3_DRIVER = /^(?:redfish(?:-virtualmedia|-uefihttp)?|idrac-(?:redfish|virtualmedia)|ilo5-virtualmedia)(?:(\+)(?=https?:)|:)/;

/** metal3 writes `redfish-virtualmedia+https://…`, or idrac and ilo5 for redfish; without `+http…`, TLS is assumed. */
function systemUrl(address: string): URL {
  const url = address.replace(METAL3_DRIVER, (_driver, plus) => (plus === '+' ? '' : 'https:'));
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
