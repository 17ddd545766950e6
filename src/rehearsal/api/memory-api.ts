import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../kube/objects.ts';
import { systemClock } from '../../util/clock.ts';
import type { Admit } from './write/admission.ts';
import { applyObject } from './fields/apply-object.ts';
import { NAMESPACE } from './kinds/built-ins.ts';
import { defineKind } from './schema/define-kind.ts';
import { createRegistry } from './kinds/registry.ts';
import { apiVersionOf, storageKey } from './kinds/resource.ts';
import { StatusError } from './status-error.ts';
import { createStore } from './store.ts';
import type { Write } from './write/target.ts';
import { create } from './write/write.ts';

/** What a cluster's API server would say, without a server: definitions' schemas and defaults, admission, namespaces. */
export interface MemoryApi {
  /** @returns the object as stored, with its definition's defaults. @throws StatusError */
  create(object: KubeObject): Promise<KubeObject>;
  /** Server-side apply, forced, as a dry run: nothing is kept. @throws StatusError */
  dryRunApply(object: KubeObject, manager: string): Promise<void>;
}

export interface MemoryApiOptions {
  readonly definitions: readonly KubeObject[];
  /** Names of those that exist. */
  readonly namespaces: Iterable<string>;
  readonly admit?: Admit;
  /** Gets a sentence for each field that the definition does not know. */
  readonly warn: (text: string) => void;
}

/** An API server's rules over a store in memory. */
export function createMemoryApi({ definitions, namespaces, admit, warn }: MemoryApiOptions): MemoryApi {
  const store = createStore();
  const deps = { store, clock: systemClock, randomUuid: randomUUID, admit };
  const registry = createRegistry(store);
  for (const definition of definitions) defineKind(deps, definition);
  for (const name of namespaces) store.put(storageKey(NAMESPACE), { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const writeOf = ({ apiVersion, kind, metadata }: KubeObject, options: Pick<Write, 'manager' | 'dryRun'>): Write => {
    const resource = registry.all().find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
    if (resource === undefined) throw new StatusError(404, 'NotFound', `no matches for kind "${kind}" in version "${apiVersion}"`);
    const namespace = resource.namespaced ? (metadata.namespace ?? '') : '';
    return { ...options, resource, namespace, name: metadata.name, subresource: '', user: 'admin', fieldValidation: 'Warn', warn };
  };
  return {
    create: async (object) => (await create(deps, writeOf(object, { manager: 'labwright', dryRun: false }), object)) as unknown as KubeObject,
    async dryRunApply(object, manager) {
      // As a client sends it: members that are undefined are absent.
      const sent = JSON.parse(JSON.stringify(object)) as KubeObject;
      await applyObject(deps, writeOf(sent, { manager, dryRun: true }), sent, true);
    },
  };
}
