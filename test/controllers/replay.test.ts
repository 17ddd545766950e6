import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { labFolder, labwright } from '../cli/labwright.ts';

interface Verdict {
  readonly case: string;
  readonly verdict: string;
  readonly first?: { readonly t: number; readonly object: string; readonly expected: string; readonly got: string };
  readonly reason?: string;
}

const shared = join(import.meta.dirname, '..', '..', '..', 'shared');
const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(shared, 'recorded');
const skip = existsSync(recorded) || process.env['CI'] === 'true' ? false : 'no recordings beside the repository';

/** On whose definitions: the long ones once only. */
const FOLDERS = { siteconfig: ['ours', 'real'], assisted: ['real'], metal3: ['ours', 'real'], talm: ['ours'] } as const;

for (const [folder, whose] of Object.entries(FOLDERS)) {
  for (const definitions of whose) {
    test(`does what the real operators of ${folder} did, on ${definitions} definitions`, { skip }, (t) => {
      const paths = globSync(join(recorded, folder, '*.json')).toSorted();
      const { verdicts, stderr } = replay(...paths, ...(definitions === 'real' ? ['--crds', join(shared, 'crds')] : []));
      assert.equal(stderr, '');
      assert.equal(verdicts.length, paths.length);
      assert.deepEqual(
        verdicts.filter(({ verdict }) => verdict === 'differs'),
        [],
      );
      const outside = verdicts.filter(({ verdict }) => verdict === 'out-of-scope');
      for (const one of outside) t.diagnostic(`${one.case}: ${one.reason}`);
      assert.ok(outside.length <= paths.length / 10);
    });
  }
}

/** The recording lost the node's pruneManifests of an action; its effect and the case's description show it. */
test('what nodes prune is pruned as by the real operator, once the recording says so', { skip }, (t) => {
  const prune = read('siteconfig/prune-manifests.json') as { readonly actions: readonly { readonly body: { readonly spec: { readonly nodes: object[] } } }[] };
  const spec = prune.actions[0]!.body.spec;
  spec.nodes.splice(0, 1, { ...spec.nodes[0], pruneManifests: [{ apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'NMStateConfig' }] });
  const { verdicts } = replay(join(labFolder(t, { 'case.json': JSON.stringify(prune) }).path, 'case.json'));
  assert.deepEqual(verdicts, [{ case: 'prune-manifests', verdict: 'same' }]);
});

/** A text of a recording that is an expected value, what it is replaced by, and the difference that there must be. */
const TAMPERED: readonly (readonly [file: string, from: string, to: string, object: string, expected: RegExp, got: RegExp])[] = [
  [
    'siteconfig/sno-static.json',
    'Applied site config manifests',
    'Applied no manifests',
    'ClusterInstance/pretty-sno',
    /^RenderedTemplatesApplied: True Completed \| Applied no manifests$/,
    /^RenderedTemplatesApplied: True Completed \| Applied site config manifests$/,
  ],
  [
    'metal3/wrong-credentials.json',
    '"registration error"',
    '"inspection error"',
    'BareMetalHost/master-0',
    /^status\.errorType: "inspection error"$/,
    /^status\.errorType: "registration error"$/,
  ],
  [
    'assisted/missing-cluster-image-set.json',
    '"BackendError"',
    '"InputError"',
    'AgentClusterInstall/spoke',
    /^SpecSynced: False InputError /,
    /^SpecSynced: False BackendError /,
  ],
];

for (const [file, from, to, object, expected, got] of TAMPERED) {
  test(`a value that was not recorded is the first difference: ${file}`, { skip }, (t) => {
    const text = readFileSync(join(recorded, file), 'utf8');
    assert.ok(text.includes(from));
    const { status, verdicts } = replay(join(labFolder(t, { 'case.json': text.replaceAll(from, to) }).path, 'case.json'));
    const first = verdicts[0]?.first;
    assert.deepEqual([status, verdicts[0]?.verdict, first?.object], [1, 'differs', object]);
    assert.match(first?.expected ?? '', expected);
    assert.match(first?.got ?? '', got);
  });
}

test('what is not a recorded case is refused by its file, before anything is played', (t) => {
  const { path } = labFolder(t, { 'broken.json': '{', 'other.json': '{"case": "x"}' });
  for (const [name, why] of [
    ['broken.json', /broken\.json: this is not JSON/],
    ['other.json', /other\.json: this is no recorded case: inputs: /],
    ['missing.json', /missing\.json: there is no such file/],
  ] as const) {
    const { status, stdout, stderr } = labwright('rehearsal', 'replay', join(path, name), '--json');
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, why);
  }
});

test('a case of an operator that has no controllers here is out of scope', (t) => {
  const { path } = labFolder(t, { 'case.json': JSON.stringify({ case: 'elsewhere', program: 'another operator', inputs: [], timeline: [] }) });
  const { status, stdout } = labwright('rehearsal', 'replay', join(path, 'case.json'));
  assert.deepEqual([status, stdout], [0, 'out-of-scope  elsewhere: there are no controllers here for another operator\n']);
});

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(recorded, file), 'utf8'));
}

function replay(...args: readonly string[]): { readonly status: number | null; readonly verdicts: readonly Verdict[]; readonly stderr: string } {
  const { status, stdout, stderr } = labwright('rehearsal', 'replay', ...args, '--json');
  return { status, verdicts: JSON.parse(stdout) as readonly Verdict[], stderr };
}
