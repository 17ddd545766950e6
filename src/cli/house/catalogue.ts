import type { Jobdef } from '../../pipeline/jobdef.ts';
import type { CatalogueComponent } from '../../pipeline/select-component.ts';
import { syntheticRelease } from '../../rehearsal/release/synthetic-release.ts';
import { ensureComponent, ensureTopic } from '../../server/bootstrap/ensure-catalogue.ts';
import type { ServerDeps } from '../../server/server-deps.ts';
import { LABWRIGHT_NAMESPACE, uuidV5 } from '../../util/ids.ts';

const TOPIC = /^OCP-(4\.\d+)$/;
const MINORS = ['4.14', '4.15', '4.16', '4.17', '4.18', '4.19', '4.20'];
const REPOSITORY = 'quay.io/openshift-release-dev/ocp-release';

/**
 * What an empty server knows of OpenShift: topics OCP-4.N with one release each, as DCI's feeder would make them, and
 * beside them what these jobs name: other minor versions, and releases by number.
 *
 * The ids are stand-ins until `ensureCatalogue` has made the components.
 */
export function embeddedCatalogue(jobs: readonly Jobdef[]): CatalogueComponent[] {
  const versions = new Set(MINORS.map((minor) => `${minor}.1`));
  for (const job of jobs) {
    const minor = TOPIC.exec(job.topic ?? '')?.[1];
    if (minor === undefined) continue;
    versions.add(`${minor}.1`);
    for (const entry of job.components) {
      const version = typeof entry === 'string' ? versionAsked(entry) : undefined;
      if (version?.startsWith(`${minor}.`)) versions.add(version);
    }
  }
  const day = '2025-01-01T00:00:00Z';
  return [...versions].map((version) => ({
    id: uuidV5(LABWRIGHT_NAMESPACE, `ocp ${version}`),
    topic: `OCP-${version.split('.').slice(0, 2).join('.')}`,
    type: 'ocp',
    name: `OpenShift ${version}`,
    version,
    state: 'active',
    tags: ['build:ga'],
    // A release that was asked for by number must not become the newest of its topic.
    releasedAt: version.endsWith('.1') ? day : '2024-01-01T00:00:00Z',
    createdAt: day,
  }));
}

/** `ocp=4.18.3` and `ocp?version:4.18.3` name a version. */
function versionAsked(entry: string): string | undefined {
  return /^ocp(?:=|\?(?:.*&)?version:)(\d[\w.-]*)/.exec(entry)?.[1];
}

/** Makes these components and their topics where they are missing. @returns stand-in id → the server's. */
export async function ensureCatalogue(
  deps: Pick<ServerDeps, 'pool'>,
  components: readonly CatalogueComponent[],
  teamId: string,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const { id, topic, type, name, version, tags } of components) {
    const topicId = await ensureTopic(deps, { name: topic, componentTypes: [type], teamIds: [teamId] });
    const image = `${REPOSITORY}:${version}-x86_64`;
    // Of a release that nobody has looked up: the one a rehearsal's registry and update graph have.
    const data = { version, pull_url: image, digest: syntheticRelease(version).digest };
    ids.set(id, await ensureComponent(deps, { topicId, type, name, version, tags, data }));
  }
  return ids;
}
