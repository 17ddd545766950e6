import type { Cell } from './axes.ts';

/** Why a use case cannot be run in a lab: the rule, what the cell needs, what there is. */
export interface Exclusion {
  readonly rule: 'release-not-offered' | 'too-few-machines' | 'no-git-inside' | 'no-mirror-inside';
  readonly needs: string;
  readonly has: string;
}

/** What the hubs of a lab can reach. */
export interface Reach {
  /** A Git server with the repository of sites: by connected hubs, and by those without a connection to the outside. */
  readonly git: Readonly<Record<'connected' | 'disconnected', boolean>>;
  /** A registry inside that mirrors the release. */
  readonly mirror: boolean;
}

/** One sentence, for a grid's foot and for `reason`. */
export function exclusionText({ rule, needs, has }: Exclusion): string {
  return `${rule}: it needs ${needs}; ${has}`;
}

/**
 * A hub offers releases up to its own: its assisted-service knows no later OS image. Disconnected it offers its own alone,
 * for no other is mirrored (reference/ztp.md §1.10).
 */
export function notOffered({ release, network }: Cell, hubTopic: string): Exclusion[] {
  if (release === undefined || release === hubTopic) return [];
  const has = (what: string): Exclusion[] => [{ rule: 'release-not-offered', needs: release, has: `the hub runs ${hubTopic} and offers ${what}` }];
  if (network === 'disconnected') return has('that release alone, disconnected');
  return minorOf(release) > minorOf(hubTopic) ? has('none that is later') : [];
}

/** What a cell's hub must reach and cannot: Git for GitOps, a mirror without a connection to the outside. */
export function outOfReach({ network, implementation }: Cell, reach: Reach): Exclusion[] {
  const found: Exclusion[] = [];
  const none = 'none can be reached there';
  const place = network === 'disconnected' ? 'disconnected' : 'connected';
  if (place === 'disconnected' && !reach.mirror) found.push({ rule: 'no-mirror-inside', needs: 'a registry inside that mirrors the release', has: none });
  if (implementation === 'gitops' && !reach.git[place])
    found.push({ rule: 'no-git-inside', needs: `a Git server${place === 'disconnected' ? ' inside' : ''} with the repository of sites`, has: none });
  return found;
}

function minorOf(topic: string): number {
  return Number(topic.split('.')[1]);
}
