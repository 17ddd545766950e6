import type { LabPlan } from '../../lab/plan.ts';
import { closest } from '../../util/closest.ts';
import type { Diagnostic } from '../../util/diagnostic.ts';
import type { KeyPath, SourceFile } from '../../util/source-file.ts';
import { findSpokes } from './find-spokes.ts';
import type { Matrix } from './read-matrix.ts';

/** Are the clusters that a matrix names clusters of the lab, and of the kind it says? */
export function checkMatrixClusters({ clusters = [], release, cells }: Matrix, plan: LabPlan, file: SourceFile): Diagnostic[] {
  const found: Diagnostic[] = [];
  const error = (id: string, message: string, hint: string, keys: KeyPath): void => {
    found.push({ id, severity: 'error', message, hint, at: file.at(keys) });
  };
  const exists = (name: string, keys: KeyPath): boolean => {
    const known = plan.clusters.map((one) => one.name);
    if (known.includes(name)) return true;
    const near = closest(name, known);
    error(
      'unknown-cluster',
      `lab ${plan.lab} has no cluster ${name}`,
      `${near === undefined ? '' : `did you mean ${near}? `}write one of: ${known.join(', ')}`,
      keys,
    );
    return false;
  };
  const isSpoke = (name: string, keys: KeyPath): boolean => {
    if (!exists(name, keys)) return false;
    if (plan.clusters.some((one) => one.name === name && one.role === 'spoke' && one.install !== 'none')) return true;
    error('not-a-spoke', `${name} is no spoke that a hub installs`, 'name a cluster with role: spoke; its hub comes with it', keys);
    return false;
  };
  for (const [index, name] of clusters.entries()) isSpoke(name, ['clusters', index]);
  for (const [index, name] of release.entries()) exists(name, ['release', index]);
  for (const [index, { cluster, ...cell }] of cells.entries()) {
    if (!isSpoke(cluster, ['cells', index, 'cluster'])) continue;
    const { spokes, needs, has } = findSpokes(cell, { plan, allowed: [cluster] });
    if (spokes.length === 0) error('other-cluster', `the cell asks for ${needs}, and ${cluster} is none`, has, ['cells', index, 'cluster']);
  }
  return found;
}
