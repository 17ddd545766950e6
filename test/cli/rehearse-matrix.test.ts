// Matrix files that cannot run, and what one would run: said before anything starts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labFolder, labwright } from './labwright.ts';
import { LAB } from './mistakes.ts';

const MATRIX = `matrix: small
topic: OCP-4.18
axes:
  hub: [sno, mno]
  spoke: [sno, mno]
clusters: [sno1, spoke1]
release: [cluster1]
`;

const MISTAKES: readonly (readonly [title: string, edit: readonly [string, string], at: string, message: RegExp, hint: RegExp])[] = [
  ['an axis that is not there', ['spoke: [sno, mno]', 'spokes: [sno, mno]'], 'spokes', /unknown key "spokes" in axes/, /did you mean spoke\?/],
  ['a value that is not there', ['spoke: [sno, mno]', 'spoke: [sno, mnoo]'], 'mnoo', /cannot be "mnoo"/, /did you mean mno\?/],
  ['a cluster that is not there', ['[sno1, spoke1]', '[sno1, spoke2]'], 'spoke2', /lab pretty has no cluster spoke2/, /did you mean spoke1\?/],
  ['a cluster that gives nothing up', ['[cluster1]', '[cluster7]'], 'cluster7', /lab pretty has no cluster cluster7/, /did you mean cluster1\?/],
  ['an empty list of values', ['hub: [sno, mno]', 'hub: []'], '[]', /axes\.hub is too small/, /write 1 or more/],
];

for (const [title, edit, at, message, hint] of MISTAKES) {
  test(`${title} is refused where it stands`, (t) => {
    const text = MATRIX.replace(edit[0], () => edit[1]);
    assert.notEqual(text, MATRIX);
    const lab = labFolder(t, { 'lab.yml': LAB, 'm.yml': text });
    const { status, stdout, stderr } = labwright('rehearse', `${lab.path}/m.yml`, '--json');
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    const [first = '', source = '', advice = ''] = stderr.split('\n');
    assert.match(first, message, stderr);
    const [, line, column] = /m\.yml:(\d+):(\d+): /.exec(first) ?? [];
    assert.equal(source, text.split('\n')[Number(line) - 1]);
    assert.ok(source.slice(Number(column) - 1).startsWith(at), first);
    assert.match(advice, hint);
  });
}

test('--list says what each cell would run on, and which rule keeps one out; nothing is started', (t) => {
  const lab = labFolder(t, { 'lab.yml': LAB, 'm.yml': MATRIX });
  const { status, stdout } = labwright('rehearse', `${lab.path}/m.yml`, '--list', '--json');
  assert.equal(status, 0);
  const { matrix } = JSON.parse(stdout) as { matrix: { cell: object; status: string; cluster?: string; reason?: string }[] };
  assert.deepEqual(
    matrix.map(({ cell, status: is, cluster }) => [cell, is, cluster]),
    [
      [{ hub: 'sno', spoke: 'sno' }, 'excluded', undefined],
      [{ hub: 'sno', spoke: 'mno' }, 'planned', 'spoke1'],
      [{ hub: 'mno', spoke: 'sno' }, 'planned', 'sno1'],
      [{ hub: 'mno', spoke: 'mno' }, 'excluded', undefined],
    ],
  );
  assert.match(matrix[0]!.reason ?? '', /^too-few-machines: it needs a spoke of size sno under a hub of size sno; lab pretty has /);
  assert.deepEqual(lab.files(), ['lab.yml', 'm.yml']);
});

test('cells are chosen by what the matrix has, and a pipeline has none to choose', (t) => {
  const lab = labFolder(t, { 'lab.yml': LAB, 'm.yml': MATRIX });
  const chosen = labwright('rehearse', `${lab.path}/m.yml`, '--only', 'spoke=tiny');
  assert.equal(chosen.status, 2);
  assert.match(chosen.stderr, /axis spoke has no value "tiny"\nhint: write one of: sno, mno/);
  const { stdout } = labwright('rehearse', `${lab.path}/m.yml`, '--only', 'hub=mno', '--list');
  assert.match(stdout, /^2 cells: 1 to run, 1 excluded$/m);
});
