import type { Exec } from '../../util/exec.ts';
import { virsh } from '../doors/virsh.ts';
import { parseXml } from '../changes/xml-drift.ts';
import type { BootTarget } from './bmc.ts';

/** What a BMC was told about a machine and its domain's XML does not show. */
export interface Override {
  readonly target: BootTarget | 'None';
  readonly enabled: 'Once' | 'Continuous' | 'Disabled';
  /** URL of the inserted image. */
  readonly image: string | undefined;
  /** The file on the server that was made from it. */
  readonly file: string | undefined;
}

const NAMESPACE = 'https://labwright.dev/bmc/1';
const NONE: Override = { target: 'None', enabled: 'Disabled', image: undefined, file: undefined };

/** Kept in the domain's own metadata, so that it outlives the BMC service and ends with the domain. */
export async function readOverride(exec: Exec, domain: string): Promise<Override> {
  const { exitCode, stdout } = await virsh(exec, ['metadata', domain, '--uri', NAMESPACE, '--config'], { okExitCodes: [0, 1] });
  if (exitCode !== 0 || stdout.trim() === '') return NONE;
  const element = parseXml(stdout.trim());
  return {
    target: (element.getAttribute('target') ?? 'None') as Override['target'],
    enabled: (element.getAttribute('enabled') ?? 'Disabled') as Override['enabled'],
    image: element.getAttribute('image') ?? undefined,
    file: element.getAttribute('file') ?? undefined,
  };
}

export async function writeOverride(exec: Exec, domain: string, override: Override): Promise<void> {
  const attributes = Object.entries(override).flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escape(value)}"`]));
  await virsh(exec, ['metadata', domain, '--uri', NAMESPACE, '--key', 'bmc', '--set', `<override${attributes.join('')}/>`, '--config']);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
