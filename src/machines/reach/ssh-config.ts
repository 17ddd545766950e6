import type { LabPlan, SshTarget } from '../../lab/plan.ts';
import { holderOf } from '../../render/holder-of.ts';
import { LabwrightError } from '../../util/errors.ts';

export interface SshConfigOptions {
  /** Account on the nodes. */
  readonly user: string;
  /** The jumphost is this computer: nothing to jump over. */
  readonly onJumphost: boolean;
  /** Machine to its generation (observeGenerations); a machine without one is left out. */
  readonly generations: ReadonlyMap<string, string>;
  /** Holds one file of host keys for each generation of a machine. */
  readonly knownHostsDir: string;
}

/**
 * An ssh configuration for a lab, to include in one's own: jumphost, servers, and nodes through the jumphost.
 *
 * A node's host key is taken down at the first connection to a generation of it and must be the same ever after. Another
 * generation is another name with a file of its own, so that a machine that was installed anew is greeted, and one that was
 * replaced behind labwright's back is refused.
 */
export function sshConfig(plan: LabPlan, options: SshConfigOptions): string {
  const { jumphost, servers } = plan;
  const jump = options.onJumphost ? [] : [`ProxyJump ${jumphost.name}`];
  const hosts = [jumphost, ...servers].map(({ name, address, ssh }) => {
    const target = ssh ?? { host: address, port: 22, user: 'root' };
    const through = name === jumphost.name || ssh !== undefined ? [] : jump;
    return block([name, `${name}.${plan.domain}`], [...targetLines(target), ...through]);
  });
  const nodes = plan.machines.flatMap((machine) => {
    const holder = holderOf(plan, machine.name);
    const generation = options.generations.get(machine.name);
    if (!holder || generation === undefined) return [];
    const { cluster, node } = holder;
    const pinned = `${machine.name}.${generation}.${plan.lab}`;
    return block(
      [machine.name, `${cluster.name}/${node.name}`, `${node.name}.${cluster.name}`, `${node.name}.${cluster.name}.${cluster.baseDomain}`],
      [
        `HostName ${word(node.addresses[0]!)}`,
        `User ${word(options.user)}`,
        ...identityLines(jumphost.ssh),
        ...jump,
        `HostKeyAlias ${pinned}`,
        `UserKnownHostsFile ${quoted(`${options.knownHostsDir}/${pinned}`)}`,
        'GlobalKnownHostsFile none',
        'CheckHostIP no',
        'StrictHostKeyChecking accept-new',
      ],
    );
  });
  return [`# Lab ${plan.lab}, written by labwright.\n`, ...hosts, ...nodes].join('\n');
}

function block(names: readonly string[], lines: readonly string[]): string {
  return `Host ${[...new Set(names)].map(word).join(' ')}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function targetLines({ host, port, user, identityFile, knownHostsFile }: SshTarget): readonly string[] {
  const keys = knownHostsFile === undefined ? [] : [`UserKnownHostsFile ${quoted(knownHostsFile)}`, 'StrictHostKeyChecking yes'];
  return [`HostName ${word(host)}`, `Port ${port}`, `User ${word(user)}`, ...identityLines({ identityFile }), ...keys];
}

function identityLines(ssh: Pick<SshTarget, 'identityFile'> | undefined): readonly string[] {
  return ssh?.identityFile === undefined ? [] : [`IdentityFile ${quoted(ssh.identityFile)}`];
}

/** ssh_config knows no escapes within a word. */
function word(text: string): string {
  if (/^[\w.:@/-]+$/.test(text)) return text;
  throw new LabwrightError('bad_input', `an ssh configuration cannot hold ${JSON.stringify(text)}`, { hint: 'use letters, digits, dots and dashes' });
}

/** `%` begins a token (ssh_config(5)). */
function quoted(path: string): string {
  if (/["\n]/.test(path))
    throw new LabwrightError('bad_input', `an ssh configuration cannot hold ${JSON.stringify(path)}`, { hint: 'move the file elsewhere' });
  return `"${path.replaceAll('%', '%%')}"`;
}
