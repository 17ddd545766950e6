import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labFolder, labwright } from './labwright.ts';

/** A lab without a mistake. */
export const LAB = `lab: pretty
domain: our.pretty.lab
jumphost: {address: 192.168.21.1, nic: eno2}
networks:
  baremetal: {cidr: 192.168.21.0/24, bridge: br0, slot_size: 16}
servers:
  server[01-09]: {address: 192.168.21.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
clusters:
  cluster1: {on: server01, install: abi, masters: 3, workers: 4}
  hub1: {on: server02, role: hub, install: abi, masters: 3}
  sno1: {on: server03, role: spoke, hub: hub1, install: clusterinstance, masters: 1}
  sno-hub: {role: hub, install: abi, nodes: [cluster1/worker-3], host_network: true, active: false}
  spoke1: {role: spoke, hub: sno-hub, install: clusterinstance, from: cluster1, masters: 3, workers: 3, active: false}
`;

export interface Mistake {
  readonly title: string;
  /** What the user changes in LAB: from, to. */
  readonly edit: readonly [string, string];
  /** The position reported is where this text begins in the changed file. */
  readonly at: string;
  readonly message: RegExp;
  readonly hint: RegExp;
}

export function mistake(title: string, edit: readonly [string, string], at: string, message: RegExp, hint: RegExp): Mistake {
  return { title, edit, at, message, hint };
}

/** One test for each: exit 2, `PATH:LINE:COLUMN: message`, the source line, `hint: …`, and nothing written. */
export function testMistakes(mistakes: readonly Mistake[]): void {
  for (const { title, edit, at, message, hint } of mistakes) {
    test(`${title} is refused where it stands, and nothing is written`, (t) => {
      const text = LAB.replace(edit[0], () => edit[1]);
      assert.notEqual(text, LAB, 'the edit changes something');
      const lab = labFolder(t, { 'lab.yml': text });
      const { status, stdout, stderr } = labwright('lab', 'plan', lab.path);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      assert.deepEqual(lab.files(), ['lab.yml']);
      const [first = '', source = '', advice = ''] =
        stderr
          .split('\n\n')
          .find((block) => message.test(block))
          ?.split('\n') ?? [];
      const [, line, column] = /lab\.yml:(\d+):(\d+): /.exec(first) ?? [];
      assert.match(first, message, stderr);
      const lines = text.split('\n');
      assert.equal(source, lines[Number(line) - 1]);
      assert.ok(source.slice(Number(column) - 1).startsWith(at), `${first}\npoints at: ${source.slice(Number(column) - 1)}`);
      assert.match(advice, /^hint: /);
      assert.match(advice.slice(6), hint);
      assert.ok(first.startsWith(`${lab.path}/lab.yml:`));
      assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m);
    });
  }
}
