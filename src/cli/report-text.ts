import type { ApplyReport } from '../machines/apply-lab.ts';
import { sentenceOf } from '../machines/change.ts';

/** What was or would be done, what was not, and why, for a person. */
export function reportText({ lab, changes, failures }: ApplyReport): string {
  const lines = changes.filter(({ status }) => status === 'planned').map((change) => `would ${sentenceOf(change)}`);
  for (const change of changes) if (change.status === 'skipped') lines.push(`not done: ${sentenceOf(change)} (${change.reason})`);
  for (const { message, hint } of failures) lines.push(`failed: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`]));
  const counts = (['planned', 'done', 'failed', 'skipped'] as const).map((status) => [status, changes.filter((one) => one.status === status).length] as const);
  const said = counts.flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : [])).join(', ');
  lines.push(`lab ${lab}: ${said === '' ? (failures.length > 0 ? 'nothing was changed' : 'nothing to change') : `changes: ${said}`}`);
  return `${lines.join('\n')}\n`;
}
