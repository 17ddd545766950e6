import { z } from 'zod';
import { LabwrightError } from '../../util/errors.ts';
import type { BmcBackend, BmcSystem } from './bmc.ts';
import { done, get, notFound, refused, type Answer, type Call } from './redfish-answer.ts';
import * as resources from './redfish-resources.ts';

const resetBody = z.object({ ResetType: z.enum(resources.RESET_TYPES) });
const insertBody = z.object({ Image: z.url({ protocol: /^https?$/ }) });
const bootBody = z.object({
  Boot: z.object({
    BootSourceOverrideTarget: z.enum([...resources.BOOT_TARGETS, 'None']).optional(),
    BootSourceOverrideEnabled: z.enum(resources.BOOT_MODES).optional(),
    BootSourceOverrideMode: z.enum(['UEFI', 'Legacy']).optional(),
  }),
});

/** Where in the service a call about one machine goes. */
export interface MachinePath {
  readonly kind: 'Systems' | 'Managers';
  /** `/redfish/v1/Systems/<name or UUID>`, as it was asked for. */
  readonly base: string;
  /** What follows, without the slash. */
  readonly rest: string;
}

/**
 * Answers a call about one machine. What a call changes is given to `act`, which may answer before it is done.
 *
 * Virtual media are below the System, where today's clients look, and below its Manager, where older ones do.
 */
export async function answerMachine(
  backend: BmcBackend,
  system: BmcSystem,
  call: Call,
  at: MachinePath,
  act: (work: () => Promise<void>) => Promise<Answer>,
): Promise<Answer> {
  const post = async (work: (body: unknown) => Promise<void>): Promise<Answer> => {
    if (call.method !== 'POST') return refused(405, `${call.method} is not served here`);
    const body = await call.body();
    return act(() => work(body));
  };
  switch (at.rest) {
    case '':
      if (at.kind === 'Managers') return get(call, resources.managerResource(system, at.base));
      if (call.method !== 'PATCH') return get(call, await resources.systemResource(backend, system, at.base));
      return patchBoot(backend, system, parse(bootBody, await call.body()).Boot, act);
    case 'VirtualMedia':
      return get(call, resources.collection(call.path, 'VirtualMedia', ['Cd']));
    case 'VirtualMedia/Cd':
      return get(call, resources.mediaResource(call.path, await backend.media(system.id)));
    case 'VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia':
      return post((body) => backend.insertMedia(system.id, parse(insertBody, body).Image));
    case 'VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia':
      return post(() => backend.ejectMedia(system.id));
    case 'EthernetInterfaces':
      return get(call, resources.collection(call.path, 'EthernetInterface', [system.mac]));
    case `EthernetInterfaces/${system.mac}`:
      return get(call, resources.interfaceResource(call.path, system.mac));
  }
  if (at.kind === 'Managers') return notFound(call.path);
  switch (at.rest) {
    case 'Actions/ComputerSystem.Reset':
      return post((body) => backend.reset(system.id, parse(resetBody, body).ResetType, call.cause));
    case 'Processors':
      return get(call, resources.collection(call.path, 'Processor', ['CPU']));
    case 'Processors/CPU':
      return get(call, resources.processorResource(call.path, system));
    case 'SimpleStorage':
      return get(call, resources.collection(call.path, 'SimpleStorage', ['Disks']));
    case 'SimpleStorage/Disks':
      return get(call, resources.simpleStorageResource(call.path, system));
    default:
      return notFound(call.path);
  }
}

/** A client may send the target, the frequency, or both; what it leaves out stays. */
async function patchBoot(
  backend: BmcBackend,
  system: BmcSystem,
  boot: z.infer<typeof bootBody>['Boot'],
  act: (work: () => Promise<void>) => Promise<Answer>,
): Promise<Answer> {
  const { BootSourceOverrideTarget: target, BootSourceOverrideEnabled: enabled, BootSourceOverrideMode: mode } = boot;
  if (mode !== undefined && mode !== resources.bootMode(system)) {
    throw new LabwrightError('bad_input', `${system.name} boots in mode ${resources.bootMode(system)}; its lab file says so`);
  }
  if (target === undefined && enabled === undefined) return done();
  return act(async () => {
    const before = await backend.boot(system.id);
    const next = target ?? before.target;
    if (next === 'None') await backend.setBoot(system.id, 'Hdd', 'Disabled');
    else await backend.setBoot(system.id, next, enabled ?? (before.enabled === 'Disabled' ? 'Once' : before.enabled));
  });
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new LabwrightError('bad_input', z.prettifyError(result.error));
  return result.data;
}
