import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';

const text = `
lab: test
domain: test.lab
jumphost: {address: 192.168.21.1, nic: eno2}
networks:
  baremetal: {cidr: 192.168.21.0/24, bridge: br0}
servers:
  server[1-4]: {address: 192.168.21.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
clusters:
  hub1: {on: server1, role: hub, install: abi, masters: 3}
  hub2: {on: server2, role: hub, install: abi, masters: 1}
  sno1: {on: server3, role: spoke, hub: hub1, install: clusterinstance, masters: 1}
  mno1: {on: server4, role: spoke, hub: hub1, install: clusterinstance, masters: 3, workers: 2}
`;

/** Two hubs, one of them a single node, and a spoke of each size. */
export const testLab = planLab('lab.yml', text, EMPTY_LOCK).plan!;
