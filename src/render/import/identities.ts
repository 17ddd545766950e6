import type { Found, FoundCluster } from './found-cluster.ts';
import type { ImportReport } from './import-report.ts';

/** MACs and UUIDs that a lab can keep, by the node that has them; `provisionhost` is one. */
export type Identities = ReadonlyMap<string, { readonly mac?: string; readonly uuid?: string }>;

/** MACs that every copy of DCI's samples has: behind NAT nobody notices, on one bridge they are fatal. */
const SAMPLE_MACS = /^(de:ad:be:ef:|52:54:00:ee:42:e1$|aa:bb:cc:dd:ee:ff$)/i;

export function isSampleMac(mac: string): boolean {
  return SAMPLE_MACS.test(mac);
}

const UNICAST = /^(?!fe)[\da-f][02468ace](:[\da-f]{2}){5}$/;
const RANDOM_UUID = /^[\da-f]{8}-[\da-f]{4}-[45][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/**
 * Keeps what is unique: MACs of DCI's samples, MACs and UUIDs that another machine has, and ill-formed ones are replaced by those a
 * plan derives. A UUID that is missing is derived as well, so a machine keeps its Redfish address when it is made anew.
 *
 * @param taken those of clusters read before; grows.
 */
export function identitiesOf(cluster: FoundCluster, names: ReadonlyMap<string, string>, taken: Map<string, string>, report: ImportReport): Identities {
  const kept = new Map<string, { mac?: string; uuid?: string }>();
  const samples: Found<string>[] = [];
  const machines = [
    ...cluster.nodes.filter(({ metal }) => !metal),
    ...(cluster.provisionhost?.vm ? [{ name: 'provisionhost', mac: cluster.provisionhost.mac, uuid: undefined }] : []),
    ...(cluster.bootstrap ? [{ name: 'bootstrap', ...cluster.bootstrap }] : []),
  ];
  for (const { name, mac, uuid } of machines) {
    const owner = `${cluster.name} ${name}`;
    const own: { mac?: string; uuid?: string } = {};
    const macText = mac?.value.toLowerCase();
    if (mac && macText !== undefined) {
      if (isSampleMac(macText)) samples.push(mac);
      else if (!UNICAST.test(macText))
        report.warn('bad-mac', `${mac.value} of ${name} is no MAC that a VM can have`, 'nothing to do: the lab derives one', mac.at);
      else if (claim(taken, macText, owner, 'duplicate-mac', mac, report)) own.mac = macText;
    }
    const uuidText = uuid?.value.toLowerCase();
    if (uuid && uuidText !== undefined) {
      if (!RANDOM_UUID.test(uuidText))
        report.warn('bad-uuid', `${uuid.value} of ${name} is no UUID of version 4 or 5`, 'nothing to do: the lab derives one', uuid.at);
      else if (claim(taken, uuidText, owner, 'duplicate-uuid', uuid, report)) own.uuid = uuidText;
    }
    if (own.mac !== undefined || own.uuid !== undefined) kept.set(names.get(name) ?? name, own);
  }
  const [first] = samples;
  if (first)
    report.warn(
      'sample-mac',
      `${first.value}${samples.length > 1 ? ` and ${samples.length - 1} more` : ''} of ${cluster.name} ${samples.length > 1 ? 'are MACs' : 'is a MAC'} of DCI's samples, which every copy of them has`,
      'nothing to do: the lab derives MACs of its own',
      first.at,
    );
  const bare = machines.filter(({ uuid }) => uuid === undefined);
  if (bare.length > 0)
    report.note({
      id: 'derived-uuid',
      kind: 'guessed',
      what: `UUIDs of ${bare.map(({ name }) => name).join(', ')}`,
      why: 'derived from the lab and stable; DCI gives a random one at each redeploy, so a new Redfish address and a new BareMetalHost',
      at: cluster.at,
    });
  return kept;
}

function claim(taken: Map<string, string>, value: string, owner: string, id: string, { at }: Found<string>, report: ImportReport): boolean {
  const other = taken.get(value);
  if (other === undefined) taken.set(value, owner);
  else report.warn(id, `${value} of ${owner} is ${other}'s already`, 'nothing to do: the lab derives another', at);
  return other === undefined;
}
