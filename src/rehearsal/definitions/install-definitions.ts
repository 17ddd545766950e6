import type { KubeObject } from '../../kube/objects.ts';
import type { ApiServer } from '../api/server.ts';

/** Makes an API server serve these kinds from now on, without a request for each. Those it has are replaced. */
export function installDefinitions(server: Pick<ApiServer, 'define'>, definitions: readonly KubeObject[]): void {
  for (const definition of definitions) server.define(definition);
}
