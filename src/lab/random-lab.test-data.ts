/** A lab as a user would write it, as data: JSON is YAML. */
export interface RandomLab {
  readonly lab: string;
  readonly lab_id: number;
  readonly domain: string;
  readonly jumphost: object;
  readonly networks: Readonly<
    Record<string, { readonly cidr: string; readonly cidr6?: string; readonly bridge: string; readonly slot_size: number; readonly vlan: number }>
  >;
  readonly servers: Readonly<Record<string, object>>;
  readonly hosts: Readonly<Record<string, object>>;
  readonly clusters: Readonly<Record<string, object>>;
}

export type Random = () => number;

/** mulberry32: small, and the same sequence for the same seed everywhere. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

export function shuffled<T>(random: Random, all: readonly T[]): T[] {
  return all
    .map((one) => [random(), one] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, one]) => one);
}

/** A lab without a mistake: networks of both families and all slot sizes, clusters of every kind, on VMs, bare metal, or machines of others. */
export function randomLab(random: Random): RandomLab {
  const count = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const six = random() < 0.15;
  const dual = !six && random() < 0.4;
  const networks = Object.fromEntries(
    Array.from({ length: count(1, 3) }, (_, index) => {
      const cidr = six ? `fd00:${index}::/64` : `10.${index}.0.0/${pick(random, [20, 21, 22])}`;
      return [
        `net${index}`,
        { cidr, ...(dual && { cidr6: `fd00:${index}::/64` }), bridge: `br${index}`, slot_size: pick(random, [8, 16, 32, 64]), vlan: 100 + index },
      ];
    }),
  );
  const names = Object.keys(networks);
  const servers = Object.fromEntries(
    Array.from({ length: names.length * count(1, 3) }, (_, index) => {
      const [network, last] = [index % names.length, index + 2];
      const address = six ? `fd00:${network}::${last}` : `10.${network}.0.${last}`;
      return [`server${index}`, { address, ...(dual && { address6: `fd00:${network}::${last}` }), nic: 'eno2', cpus: 1024, memory: '8TiB', disk: '80TiB' }];
    }),
  );
  const clusters: Record<string, object> = { hub0: { on: 'server0', role: 'hub', install: 'abi', masters: 3 } };
  const lenders: { readonly name: string; readonly workers: number }[] = [];
  for (let index = 0; index < count(1, 12); index++) {
    const name = `c${index}`;
    const network = pick(random, names);
    const room = networks[network]!.slot_size - 7;
    const masters = pick(random, networks[network]!.slot_size > 8 ? [1, 3, 3, 4, 5] : [1, 3, 3]);
    const free = masters > 3 ? room - masters + 2 : room;
    const workers = masters === 1 ? 0 : count(0, Math.min(free, 9));
    const near = Object.keys(servers).filter((_, server) => `net${server % names.length}` === network);
    const on = random() < 0.5 ? pick(random, near) : shuffled(random, near).slice(0, count(1, 3));
    const spoke =
      random() < 0.3
        ? { role: 'spoke', hub: 'hub0', install: 'clusterinstance' }
        : { install: pick(random, masters > 1 ? ['abi', 'none', 'ipi', 'upi'] : ['abi', 'none', 'sno-in-place']) };
    // Named, unless its servers are on another.
    const more =
      random() < 0.3
        ? shuffled(
            random,
            names.filter((one) => one !== network),
          ).slice(0, count(0, 2))
        : [];
    const further = more.filter((one) => networks[one]!.slot_size - (masters > 3 ? 5 + masters : 7) >= workers);
    const hosted = random() < 0.2 && masters <= 3 && room >= workers + 3 ? [`${name}h`] : [];
    clusters[name] = {
      on,
      ...(random() < 0.5 && { network }),
      networks: further,
      hosted,
      masters,
      workers,
      ...spoke,
      ...(masters === 1 && random() < 0.5 && { host_network: true }),
    };
    if (masters >= 3) lenders.push({ name, workers });
  }
  for (const { name, workers } of lenders) {
    if (workers < 1 || random() < 0.5) continue;
    clusters[`${name}-hub`] = { role: 'hub', install: 'abi', nodes: [`${name}/worker-${workers - 1}`], host_network: true, active: false };
    if (random() < 0.5) clusters[`${name}-spoke`] = { role: 'spoke', hub: `${name}-hub`, install: 'clusterinstance', from: name, active: false };
  }
  const hosts: Record<string, object> = {};
  for (let index = 0; index < count(0, 4); index++) {
    const nodes = Array.from({ length: pick(random, [1, 3]) }, (_, node) => `m${index}x${node}`);
    for (const [node, host] of nodes.entries()) {
      const mac = (nic: number) => `3c:ec:ef:0${nic}:0${index}:0${node}`;
      hosts[host] = {
        bmc: { address: `redfish-virtualmedia://bmc-${host}.example/redfish/v1/Systems/1` },
        nics: { eno1: { mac: mac(1) }, eno2: { mac: mac(2) } },
        ...(random() < 0.3 && { bonds: { bond0: { nics: ['eno1', 'eno2'] } } }),
        cpus: 64,
        memory: '256GiB',
        disks: [{ size: '480GiB', serial: `S-${host}` }],
      };
    }
    const install = nodes.length === 3 && random() < 0.4 ? { install: 'ipi', provisionhost: { machine: 'jumphost' } } : { install: 'abi' };
    clusters[`metal${index}`] = {
      ...install,
      nodes: nodes.map((one) => `host/${one}`),
      addressing: pick(random, ['dhcp', 'static']),
      network: pick(random, names),
    };
  }
  const jumphost = { address: six ? 'fd00:0::1' : '10.0.0.1', ...(dual && { address6: 'fd00:0::1' }), nic: 'eno2' };
  return { lab: 'random', lab_id: count(0, 15), domain: 'random.lab', jumphost, networks, servers, hosts, clusters };
}

/** The same lab with everything in another order. */
export function reordered(random: Random, lab: RandomLab): RandomLab {
  const mixed = <T>(map: Readonly<Record<string, T>>) => Object.fromEntries(shuffled(random, Object.entries(map)));
  return { ...lab, networks: mixed(lab.networks), servers: mixed(lab.servers), hosts: mixed(lab.hosts), clusters: mixed(lab.clusters) };
}
