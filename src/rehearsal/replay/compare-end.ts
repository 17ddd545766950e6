import { conditionsOf } from '../../hub/read-object.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Difference } from './difference.ts';
import type { Track } from './timeline.ts';

/** Conditions of the objects that a recording left, against what the replay's lines ended with: status and reason. */
export function compareEnd(endMs: number, left: readonly KubeObject[], actual: ReadonlyMap<string, Track>): readonly Difference[] {
  return left.flatMap((object) => {
    const name = `${object.kind}/${object.metadata.name}`;
    return conditionsOf(object).flatMap(({ type, status, reason }) => {
      const last = actual.get(`${name} ${type}`)?.values.at(-1)?.value;
      const wanted = `${status} ${reason}`;
      if (last === undefined || last === wanted || last.startsWith(`${wanted} `)) return [];
      return [{ t: endMs, object: name, expected: `${type}: ${wanted}`, got: `${type}: ${last}` }];
    });
  });
}
