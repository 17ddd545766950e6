import { LABWRIGHT_NAMESPACE, uuidV5 } from '../../util/ids.ts';

/** UUIDs in the order in which they are asked for, the same for one seed. */
export function uuidSource(seed: number | string, name: string): () => string {
  let count = 0;
  return () => uuidV5(LABWRIGHT_NAMESPACE, `${seed}/${name}/${++count}`);
}
