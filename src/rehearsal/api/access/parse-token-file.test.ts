import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTokenFile } from './parse-token-file.ts';

test('a line is a token, a user, a uid and perhaps groups, quoted when there are several', () => {
  assert.deepEqual(parseTokenFile('t1,admin,u1,"system:masters,ops"\n\nt2,viewer,u2,lab-viewers\nt3,"Bob ""B"" B",u3\n', 'tokens.csv'), [
    { token: 't1', user: 'admin', uid: 'u1', groups: ['system:masters', 'ops'] },
    { token: 't2', user: 'viewer', uid: 'u2', groups: ['lab-viewers'] },
    { token: 't3', user: 'Bob "B" B', uid: 'u3', groups: [] },
  ]);
});

for (const [line, why] of [
  ['t2,viewer', /needs a token, a user name and a uid/],
  ['t2,viewer,u2,"lab', /a quote is not closed/],
  ['t2,viewer,u2,a,b', /at most 4 columns, this one has 5/],
  ['t1,viewer,u2', /already belongs to somebody above/],
] as const) {
  test(`a wrong line is refused with its number: ${line}`, () => {
    assert.throws(() => parseTokenFile(`t1,admin,u1\n${line}\n`, 'tokens.csv'), {
      code: 'bad_input',
      message: why,
      at: { path: 'tokens.csv', line: 2, column: 1 },
    });
  });
}
