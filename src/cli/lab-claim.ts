import { hostname, userInfo } from 'node:os';
import { Command } from 'commander';
import { openClaims } from '../machines/claims-store.ts';
import { planLabFile } from './plan-lab-file.ts';

interface ClaimFlags {
  readonly lab: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const CLAIM_EXAMPLES = `
A machine belongs to at most one cluster at a time. Claims are kept in lab.claims.json beside the lab file; active: there is
only the claim to start with.

Examples:
  labwright lab release cluster1 --lab my-lab       first, when cluster1 holds the machine now
  labwright lab claim sno-cluster1 --lab my-lab     then the single-node hub takes it
  labwright lab apply my-lab                        and DHCP and DNS follow
`;

const RELEASE_EXAMPLES = `
Its VMs stay as they are. Its records in DHCP and DNS go with the next labwright lab apply.

Examples:
  labwright lab release cluster1 --lab my-lab --dry-run    look only
  labwright lab release cluster1 --lab my-lab
`;

/** `labwright lab claim CLUSTER`. */
export function labClaimCommand(): Command {
  return subcommand('claim', 'let a cluster have its machines; refused, naming the holder, while another one has them', CLAIM_EXAMPLES);
}

/** `labwright lab release CLUSTER`. */
export function labReleaseCommand(): Command {
  return subcommand('release', 'take a cluster’s claim away, so that others may have its machines', RELEASE_EXAMPLES);
}

function subcommand(kind: 'claim' | 'release', description: string, examples: string): Command {
  return new Command(kind)
    .description(description)
    .argument('<cluster>', 'as the lab file names it')
    .option('--lab <path>', 'a lab file, or a folder with lab.yml in it', '.')
    .option('--dry-run', 'say what would happen; write nothing')
    .option('--json', 'print {lab, cluster, claimed, changed, fence, machines, dryRun} as JSON')
    .addHelpText('after', examples)
    .action((cluster: string, flags: ClaimFlags) => change(kind, cluster, flags));
}

async function change(kind: 'claim' | 'release', name: string, flags: ClaimFlags): Promise<void> {
  const { result, claimsPath } = await planLabFile(flags.lab, kind === 'release' ? name : undefined);
  const { plan } = result;
  if (!plan) {
    process.exitCode = 2;
    return;
  }
  const store = openClaims(claimsPath);
  const by = `${userInfo().username}@${hostname()}`;
  const { changed, fence } = flags.dryRun ? store.preview(kind, plan, name, by) : store[kind](plan, name, by);
  const machines = plan.clusters.find((one) => one.name === name)!.nodes.map(({ machine }) => machine);
  const answer = { lab: plan.lab, cluster: name, claimed: kind === 'claim', changed, fence, machines, dryRun: flags.dryRun === true };
  process.stdout.write(flags.json ? `${JSON.stringify(answer, null, 2)}\n` : sentence(kind, answer, flags.lab));
}

interface Answer {
  readonly cluster: string;
  readonly changed: boolean;
  readonly machines: readonly string[];
  readonly dryRun: boolean;
}

function sentence(kind: 'claim' | 'release', { cluster, changed, machines, dryRun }: Answer, lab: string): string {
  if (!changed) return kind === 'claim' ? `${cluster} holds its machines already; nothing changed\n` : `${cluster} holds no claim; nothing changed\n`;
  const did = kind === 'claim' ? (dryRun ? 'would hold' : 'holds') : dryRun ? 'would let go of' : 'let go of';
  const next = dryRun ? '' : `next: labwright lab apply ${lab}, so that DHCP and DNS follow\n`;
  return `${cluster} ${did} ${machines.join(', ')}\n${next}`;
}
