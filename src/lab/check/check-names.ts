import type { LabFile } from '../lab-file.ts';
import type { Report } from './report.ts';

/** Kubernetes keeps a node's name in a label, which has no more letters. */
const MAX_NODE_NAME = 63;

/** Names that are legal alone and too long together. */
export function checkNames(file: LabFile, report: Report): void {
  for (const name of Object.keys(file.clusters)) {
    const node = `master-0.${name}.${file.domain}`;
    if (node.length > MAX_NODE_NAME)
      report.error(
        'name-too-long',
        ['clusters', name],
        `${node} has ${node.length} letters; a node's name has at most ${MAX_NODE_NAME}`,
        'shorten the cluster name or the domain',
      );
  }
}
