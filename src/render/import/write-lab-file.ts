import { Document, isCollection, isNode } from 'yaml';
import type { ComposedLab } from './compose-lab.ts';

/** The lab file as text: YAML with a comment behind each guess. */
export function writeLabFile({ lab, comments }: ComposedLab, from: readonly string[]): string {
  // Quoted as YAML 1.1 needs it: there a MAC of decimal digits is a number.
  const document = new Document(lab, { version: '1.1' });
  document.commentBefore = ` Imported from ${from.join(', ')} by labwright lab import.\n What an inventory does not say is marked "guessed": correct it, then run labwright lab plan.`;
  for (const { keys, text } of comments) {
    const node = document.getIn(keys, true);
    if (!isNode(node)) continue;
    if (isCollection(node)) node.commentBefore = ` ${text}`;
    else node.comment = ` ${text}`;
  }
  return document.toString({ lineWidth: 0 });
}
