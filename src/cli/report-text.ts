import type { ApplyReport } from '../machines/apply-lab.ts';
import { sentenceOf } from '../machines/changes/change.ts';

/** What was or would be done, what was not, and why, for a person. */
export function reportText({ lab, changes, failures, unseen }: ApplyReport): string {
  const lines = changes.filter(({ status }) => status === 'planned').map((change) => `would ${sentenceOf(change)}`);
  lines.push(...notDone(changes));
  for (const { message, hint } of failures) lines.push(`failed: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`]));
  for (const { message } of unseen) lines.push(`not looked at: ${message}`);
  const counts = (['planned', 'done', 'failed', 'skipped'] as const).map((status) => [status, changes.filter((one) => one.status === status).length] as const);
  const said = counts.flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : [])).join(', ');
  lines.push(`lab ${lab}: ${said === '' ? (failures.length > 0 ? 'nothing was changed' : 'nothing to change') : `changes: ${said}`}`);
  return `${lines.join('\n')}\n`;
}

/** One line per host and reason: a server that fails early leaves a long list. */
function notDone(changes: ApplyReport['changes']): string[] {
  const groups = new Map<string, string[]>();
  for (const change of changes) {
    if (change.status !== 'skipped') continue;
    const key = `${change.on}, ${change.reason}`;
    groups.set(key, [...(groups.get(key) ?? []), `${change.action} ${change.kind} ${change.name}`]);
  }
  return [...groups].map(([key, all]) => {
    const more = all.length > 4 ? `, ${all.length - 4} more` : '';
    return `not done on ${key}: ${all.slice(0, 4).join(', ')}${more}`;
  });
}
