import type { SitesSource } from '../../src/hub/gitops/sites-door.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import { PARTICIPANT_HEADER } from '../../src/rehearsal/clock/traffic.ts';
import type { RehearsedLab } from '../hub/rehearsed-lab.ts';

/** The repository of the test lab's world, as a job names it. */
export function SITES(cluster: string, more: Partial<SitesSource> = {}): SitesSource {
  return {
    url: 'https://git.test.lab/sites.git',
    branch: 'main',
    revision: undefined,
    path: `${cluster}/sites`,
    policiesPath: undefined,
    access: { username: undefined, passwordPath: undefined, keyPath: undefined, knownHostsPath: undefined, caPath: undefined },
    ...more,
  };
}

/** A client of the lab's hub that is no step. */
export function kubeOf({ world }: RehearsedLab, hub = 'hub1'): KubeClient {
  const headers = { [PARTICIPANT_HEADER]: 'agent' };
  return createKubeClient({ clock: world.clock.participant('agent'), dial: world.dial.dial, headers }, parseKubeconfig(world.hubs.get(hub)!.kubeconfig));
}
