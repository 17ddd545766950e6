import { Document, isCollection, isNode, visit } from 'yaml';
import type { ComposedLab } from './compose-lab.ts';

/** The lab file as text: YAML with a comment behind each guess. */
export function writeLabFile({ lab, comments }: ComposedLab, from: readonly string[]): string {
  const document = new Document(lab);
  // For readers of YAML 1.1, where a MAC of decimal digits is a number without quotes.
  visit(document, { Scalar: (_key, node) => void (typeof node.value === 'string' && /^\d\d(:\d\d){5}$/.test(node.value) && (node.type = 'QUOTE_DOUBLE')) });
  document.commentBefore = ` Imported from ${from.join(', ')} by labwright lab import.\n What an inventory does not say is marked "guessed": correct it, then run labwright lab plan.`;
  for (const { keys, text } of comments) {
    const node = document.getIn(keys, true);
    if (!isNode(node)) continue;
    if (isCollection(node)) node.commentBefore = ` ${text}`;
    else node.comment = ` ${text}`;
  }
  return document.toString({ lineWidth: 0 });
}
