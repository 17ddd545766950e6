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
  sno1: {on: server1, install: sno-in-place, masters: 1}
  hub1: {on: server1, role: hub, install: sno-in-place, masters: 1, addressing: static}
  upi1: {on: server2, install: upi, masters: 3, workers: 2}
  upi2: {on: server3, install: upi, masters: 3, addressing: static}
  ipi1: {on: server4, install: ipi, masters: 3, workers: 2}
`;

/** A cluster by each method that installs from the jumphost, beside the agent-based one. */
export const methodsLab = planLab('lab.yml', text, EMPTY_LOCK).plan!;
