import { LabwrightError } from '../../../util/errors.ts';
import type { StaticToken } from './authenticate.ts';

/**
 * kube-apiserver's static token file: lines of `token,user,uid` with an optional fourth column, the groups, quoted when
 * there are several: `admin-token,admin,uid-admin,"system:masters,ops"`.
 *
 * @throws LabwrightError `bad_input` with the line.
 */
export function parseTokenFile(csv: string, path: string): StaticToken[] {
  const seen = new Set<string>();
  return csv.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const refuse = (message: string): LabwrightError =>
      new LabwrightError('bad_input', message, { hint: 'write token,user,uid,"group1,group2"', at: { path, line: index + 1, column: 1 } });
    const columns = columnsOf(line);
    if (columns === undefined) throw refuse('a quote is not closed');
    const [token = '', user = '', uid = '', groups = '', ...more] = columns;
    if (more.length > 0) throw refuse(`a line has at most 4 columns, this one has ${columns.length}`);
    if (token === '' || user === '' || uid === '') throw refuse('a line needs a token, a user name and a uid');
    if (seen.has(token)) throw refuse(`this token already belongs to somebody above`);
    seen.add(token);
    return [{ token, user, uid, groups: groups.split(',').filter((group) => group !== '') }];
  });
}

/** One CSV line; undefined when a quote stays open. */
function columnsOf(line: string): string[] | undefined {
  const columns: string[] = [];
  let rest = line;
  for (;;) {
    const [whole, quoted, plain] = /^(?:\s*"((?:[^"]|"")*)"\s*|([^,"]*))(?=,|$)/.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    columns.push(quoted?.replaceAll('""', '"') ?? plain?.trim() ?? '');
    if (whole.length === rest.length) return columns;
    rest = rest.slice(whole.length + 1);
  }
}
