import { createHash } from 'node:crypto';
import { OWNER_HEADER } from './dnsmasq.ts';

const SUM = '# sha256:';

/** A file of a lab's that shows by itself whether it was changed since: the owner's line, the checksum of the rest, the rest. `#` must begin a comment in it. */
export function sealed(lab: string, lines: readonly string[]): string {
  const body = `${lines.join('\n')}\n`;
  return `${OWNER_HEADER}${lab}\n${SUM}${sumOf(body)}\n${body}`;
}

/** Is it as labwright wrote it, whatever the plan says now? */
export function isIntact(text: string): boolean {
  const [owner = '', sum = '', ...body] = text.split('\n');
  return owner.startsWith(OWNER_HEADER) && sum === `${SUM}${sumOf(body.join('\n'))}`;
}

function sumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16);
}
