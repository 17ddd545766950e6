import { textAt, valueAt } from '../../../hub/read-object.ts';
import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';

const ROUTE = { apiVersion: 'route.openshift.io/v1', kind: 'Route' } as const;

/** The router takes every Route at once, at `<name>-<namespace>.apps…` when it names no host. */
export function routeController({ kube, clock, router: { appsDomain } }: Pick<HubDeps, 'kube' | 'clock'> & Required<Pick<HubDeps, 'router'>>): Controller {
  return {
    name: 'route/routes',
    watches: [{ kind: ROUTE }],
    async reconcile({ name, namespace }, signal) {
      const route = await kube.get({ ...ROUTE, name, namespace: namespace! }, signal);
      if (route === undefined || valueAt(route, 'status', 'ingress') !== undefined) return;
      const host = textAt(route, 'spec', 'host') || `${name}-${namespace}.${appsDomain}`;
      const lastTransitionTime = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
      const ingress = [{ host, routerName: 'default', wildcardPolicy: 'None', conditions: [{ type: 'Admitted', status: 'True', lastTransitionTime }] }];
      await kube.update({ ...route, status: { ingress } }, { subresource: 'status' }, signal);
    },
  };
}
