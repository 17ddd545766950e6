import { dirname, join } from 'node:path';
import type { LabPlan } from '../lab/plan.ts';
import { rehearsedProvisionhost } from '../rehearsal/installer/provisionhost.ts';
import type { WorldHandle } from '../rehearsal/world-handle.ts';
import { localExec } from '../util/exec.ts';
import { packageRoot } from '../util/package-root.ts';
import { createClockGate } from './clock-gate.ts';
import { STORE_PORT } from './jumphost-doors.ts';
import type { LabDoors } from './lab-doors.ts';

/** Registry credentials of a rehearsal: shaped as real ones are, and good for nothing. */
const PULL_SECRET = JSON.stringify({ auths: { 'registry.rehearsal.example': { auth: Buffer.from('labwright:good-for-nothing').toString('base64') } } });

/**
 * The doors to a rehearsal's world.
 *
 * Call it without awaiting anything after the world was joined: the gate it makes is what keeps time from passing.
 */
export function worldDoors(world: WorldHandle, plan: LabPlan): LabDoors {
  return {
    clock: world.clock,
    gate: createClockGate(world.clock),
    exec: localExec,
    dial: world.dial,
    headers: world.headers,
    simulated: true,
    lost: world.died,
    provisionhost: ({ name }) => rehearsedProvisionhost(join(dirname(world.controlSocket), 'provisionhost'), world.controlSocket, name),
    installer: standIn('openshift-install'),
    coreosInstaller: standIn('coreos-installer'),
    oc: standIn('oc'),
    skopeo: (args, options) => localExec([...standIn('skopeo'), ...args], { ...options, env: { ...options.env, ...outsideEnv(world) } }),
    registryCaPath: world.registryCaPath,
    sitesCaPath: world.sitesCaPath,
    storeListens: { host: '127.0.0.1', port: 0 },
    async publishStore(listener) {
      const address = { host: plan.jumphost.address, port: STORE_PORT };
      await world.publish(address, listener);
      return address;
    },
    serveBmcs: () => Promise.resolve(undefined),
    pullSecret: PULL_SECRET,
    sshPublicKey: undefined,
  };
}

/** The program of ours that stands where a real jumphost has this one. */
function standIn(name: string): readonly string[] {
  return [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'rehearsal', name];
}

/** For programs that dial by themselves: nothing but the world, whatever this machine is configured for. */
function outsideEnv({ outside }: WorldHandle): Readonly<Record<string, string>> {
  return outside === undefined ? {} : { HTTPS_PROXY: outside.proxy, https_proxy: outside.proxy, NO_PROXY: '', no_proxy: '', SSL_CERT_FILE: outside.caPath };
}
