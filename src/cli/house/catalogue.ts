import type { Jobdef } from '../../pipeline/jobdef.ts';
import { componentType } from '../../pipeline/component-entry.ts';
import { ensureComponent, ensureTopic } from '../../server/bootstrap/ensure-catalogue.ts';
import type { ServerDeps } from '../../server/server-deps.ts';
import type { Diagnostic } from '../../util/diagnostic.ts';

/** What an empty server knows of OpenShift: topics OCP-4.N with a component `ocp`, as DCI's feeder would make them. */
const TOPIC = /^OCP-(4\.\d+)$/;
const REPOSITORY = 'quay.io/openshift-release-dev/ocp-release';

/** What of a pipeline the embedded catalogue does not have. */
export function checkCatalogue(jobs: readonly Jobdef[]): Diagnostic[] {
  return jobs.flatMap((job): Diagnostic[] => {
    if (job.topic === undefined || !TOPIC.test(job.topic)) {
      const message = job.topic === undefined ? `${job.name} names no topic` : `the embedded catalogue has no topic ${job.topic}`;
      return [{ id: 'unknown-topic', severity: 'error', message, hint: 'write topic: OCP-4.18, or another minor version', at: job.at('topic') }];
    }
    const others = job.components.filter((entry) => typeof entry !== 'string' || componentType(entry) !== 'ocp');
    if (others.length === 0) return [];
    const message = `the embedded catalogue has no component ${others.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry))).join(', ')}`;
    return [{ id: 'unknown-component', severity: 'error', message, hint: 'it has ocp only', at: job.at('components') }];
  });
}

/** Makes the topics and components that jobs ask for. @returns each job's component ids, by its name. */
export async function ensureCatalogue(
  deps: Pick<ServerDeps, 'pool'>,
  jobs: readonly Jobdef[],
  teamId: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = new Map<string, readonly string[]>();
  for (const job of jobs) {
    const minor = TOPIC.exec(job.topic ?? '')?.[1];
    if (job.topic === undefined || minor === undefined) continue;
    const topicId = await ensureTopic(deps, { name: job.topic, componentTypes: ['ocp'], teamIds: [teamId] });
    const entries = job.components.filter((entry) => typeof entry === 'string');
    const versions = new Set(entries.map((entry) => versionAsked(entry) ?? `${minor}.1`));
    ids.set(job.name, await Promise.all([...versions].map((version) => ensureRelease(deps, topicId, version))));
  }
  return ids;
}

/** `ocp=4.18.3` and `ocp?version:4.18.3` name a version. */
function versionAsked(entry: string): string | undefined {
  return /^ocp(?:=|\?(?:.*&)?version:)([^&]+)/.exec(entry)?.[1];
}

function ensureRelease(deps: Pick<ServerDeps, 'pool'>, topicId: string, version: string): Promise<string> {
  const data = { version, pull_url: `${REPOSITORY}:${version}-x86_64` };
  return ensureComponent(deps, { topicId, type: 'ocp', name: `OpenShift ${version}`, version, tags: ['build:ga'], data });
}
