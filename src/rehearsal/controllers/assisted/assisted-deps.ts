import { releaseVersionOf } from '../../release/synthetic-release.ts';
import { UNAUTHORIZED_RELEASE } from '../../faults/hub-faults.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { AgentApi } from './service/agent-api.ts';
import type { InstallationService } from './service/installation-service.ts';

/** What the controllers of this folder share: the hub, and the installation service behind them. */
export interface AssistedDeps extends HubDeps {
  readonly service: InstallationService;
  readonly agents: AgentApi;
  readonly releases: Releases;
}

/** What the service knows of OpenShift releases. */
export interface Releases {
  /** `4.18` and so on: versions it has a discovery image for; undefined: any. */
  readonly osImages: readonly string[] | undefined;
  /** Reads a release image's version. @returns the error text of the inspecting tool when it cannot. */
  readonly versionOf: (image: string) => { readonly version: string } | { readonly error: string };
}

/** Releases of a rehearsal: any OpenShift 4; the version is in the tag or, for the digest of a synthetic one, known. */
export const ANY_RELEASE: Releases = {
  osImages: Array.from({ length: 100 }, (_, minor) => `4.${minor}`),
  versionOf(image) {
    if (image === UNAUTHORIZED_RELEASE)
      return { error: `error: unable to read image ${image}: unauthorized: access to the requested resource is not authorized` };
    return { version: releaseVersionOf(image) ?? '4.18.0' };
  },
};

export const FIELD_MANAGER = { fieldManager: 'assisted-service' } as const;
