import { hostname, userInfo } from 'node:os';
import { Command } from 'commander';
import type { LabPlan } from '../lab/plan.ts';
import { sentenceOf } from '../machines/changes/change.ts';
import { openClaims, type ClaimsStore } from '../machines/claims-store.ts';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { changeClaim, followOn, type ClaimRequest, type FollowedClaim } from '../machines/follow-claim.ts';
import type { ChangeResult } from '../machines/work-off.ts';
import { isLabwrightError, LabwrightError } from '../util/errors.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { lockLab } from './lock-lab.ts';
import { planLabFile } from './plan-lab-file.ts';
import { showProgress } from './show-progress.ts';

interface ClaimFlags {
  readonly lab: string;
  readonly dryRun?: boolean;
  readonly offline?: boolean;
  readonly json?: boolean;
}

/** Another claim takes seconds; an apply is not waited for. */
const LOCK_WAIT_MS = 10_000;

const CLAIM_EXAMPLES = `
A machine belongs to at most one cluster at a time. Claims are kept in lab.claims.json beside the lab file; active: there is
only the claim to start with. DHCP name, PTR, api, api-int and apps of the machines follow at once, and nothing else; when
they cannot, the claim is taken back.

Examples:
  labwright lab release cluster1 --lab my-lab       first, when cluster1 holds the machine now
  labwright lab claim sno-cluster1 --lab my-lab     then the single-node hub takes it
  labwright lab claim hub1 --lab my-lab --offline   the claim only; DHCP and DNS follow with the next lab apply
`;

const RELEASE_EXAMPLES = `
Its VMs stay as they are. Its records in DHCP and DNS go at once.

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
    .option('--offline', 'change the claim only: DHCP and DNS follow with the next lab apply')
    .option('--json', 'print {lab, cluster, claimed, changed, fence, machines, dryRun, records} as JSON')
    .addHelpText('after', examples)
    .action((cluster: string, flags: ClaimFlags) => change(kind, cluster, flags));
}

async function change(kind: 'claim' | 'release', name: string, flags: ClaimFlags): Promise<void> {
  const touches = flags.dryRun !== true && flags.offline !== true;
  // An apply has a plan from before this claim, and would undo what follows it.
  using _lock = touches ? await lockLab(flags.lab, { waitMs: LOCK_WAIT_MS }) : undefined;
  const { result, claimsPath } = await planLabFile(flags.lab, kind === 'release' ? name : undefined);
  const { plan } = result;
  if (!plan) {
    process.exitCode = 2;
    return;
  }
  const store = openClaims(claimsPath);
  const by = `${userInfo().username}@${hostname()}`;
  const { changed, fence, records } = touches
    ? await followed(store, plan, { kind, cluster: name, by })
    : { ...alone(store, flags, plan, { kind, cluster: name, by }), records: [] };
  const machines = plan.clusters.find((one) => one.name === name)!.nodes.map(({ machine }) => machine);
  const answer = { lab: plan.lab, cluster: name, claimed: kind === 'claim', changed, fence, machines, dryRun: flags.dryRun === true, records };
  process.stdout.write(flags.json ? `${JSON.stringify(answer, null, 2)}\n` : sentence(answer, touches, flags.lab));
}

function alone(store: ClaimsStore, flags: ClaimFlags, plan: LabPlan, { kind, cluster, by }: ClaimRequest): Pick<FollowedClaim, 'changed' | 'fence'> {
  return flags.dryRun ? store.preview(kind, plan, cluster, by) : store[kind](plan, cluster, by);
}

async function followed(claims: ClaimsStore, plan: LabPlan, request: ClaimRequest): Promise<FollowedClaim> {
  await using hosts = new LabHosts(plan);
  await using progress = showProgress();
  try {
    return await changeClaim({ claims, follow: followOn(hosts.jumphost, progress) }, plan, request, interruptSignal());
  } catch (error) {
    if (!isLabwrightError(error) || error.code !== 'unreachable') throw error;
    const hint = `${error.hint ?? ''}; or pass --offline: DHCP and DNS then follow with the next lab apply`;
    throw new LabwrightError('unreachable', `${request.cluster} is as it was: ${error.message}`, { hint, cause: error });
  }
}

interface Answer {
  readonly cluster: string;
  readonly claimed: boolean;
  readonly changed: boolean;
  readonly machines: readonly string[];
  readonly dryRun: boolean;
  readonly records: readonly ChangeResult[];
}

function sentence({ cluster, claimed, changed, machines, dryRun, records }: Answer, touched: boolean, lab: string): string {
  const follows = records.map((one) => `${sentenceOf(one)}\n`).join('');
  if (!changed)
    return `${cluster} ${claimed ? 'holds its machines already' : 'holds no claim'}; ${follows === '' ? 'nothing changed\n' : `DHCP and DNS follow:\n${follows}`}`;
  const did = claimed ? (dryRun ? 'would hold' : 'holds') : dryRun ? 'would let go of' : 'let go of';
  const next = dryRun
    ? ''
    : touched && records.length > 0
      ? `DHCP and DNS follow:\n${follows}`
      : `next: labwright lab apply ${lab}, so that DHCP and DNS follow\n`;
  return `${cluster} ${did} ${machines.join(', ')}\n${next}`;
}
