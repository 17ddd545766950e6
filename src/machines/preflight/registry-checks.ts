import { registryFiles } from '../../render/registry-config.ts';
import type { Check } from './check.ts';

/** A release has some 20 GB, and its registry needs as much again while layers come in. */
const NEEDED_MIB = 30 * 1024;

/** Checks of the registry that `lab prepare` sets up. */
export const registryChecks: readonly Check[] = [
  {
    id: 'REG-LOGIN',
    severity: 'error',
    finds: 'the lab’s own registry, which does not answer to its login or with the certificate of its CA',
    fix: 'run labwright lab prepare; when that changes nothing, see journalctl -u labwright-LAB-registry on the jumphost',
    find({ plan, registry }) {
      if (registry === undefined || registry.status === 200) return [];
      const evidence = `curl --cacert ${registryFiles(plan).ca} https://registry.${plan.domain}:${plan.jumphost.services.registry?.port}/v2/: ${registry.status === 0 ? registry.said : `HTTP ${registry.status}`}`;
      const message = registry.status === 401 ? 'the registry refuses its own login' : 'the registry does not answer as it was set up';
      return [{ on: plan.jumphost.name, message, evidence }];
    },
  },
  {
    id: 'REG-SPACE',
    severity: 'warning',
    finds: 'a registry that jobs mirror into, without room for another release (30 GiB)',
    fix: 'make room under its root on the jumphost: remove releases that nobody installs, or name another root in the lab file',
    find({ plan, registry }) {
      const service = plan.jumphost.services.registry;
      if (registry === undefined || service?.mirror !== true || registry.availableMiB >= NEEDED_MIB) return [];
      const free = `${Math.floor(registry.availableMiB / 1024)} GiB`;
      return [
        { on: plan.jumphost.name, message: `${free} are free under ${service.root}`, evidence: `df ${service.root}: ${registry.availableMiB} MiB available` },
      ];
    },
  },
];
