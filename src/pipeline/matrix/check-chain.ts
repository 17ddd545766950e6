export const CHAIN_ACTIONS = ['install', 'detach', 'attach', 'redeploy'] as const;
export type ChainAction = (typeof CHAIN_ACTIONS)[number];

/** What a spoke is to its hub before an action, and after it. */
const MOVES: Readonly<Record<ChainAction, { readonly from: readonly Standing[]; readonly to: Standing }>> = {
  install: { from: ['absent', 'detached'], to: 'attached' },
  detach: { from: ['attached'], to: 'detached' },
  attach: { from: ['detached'], to: 'attached' },
  redeploy: { from: ['attached', 'detached'], to: 'attached' },
};
type Standing = 'absent' | 'attached' | 'detached';

/** The first action of a chain that cannot follow the ones before it, and why; undefined when all can. */
export function checkChain(chain: readonly ChainAction[]): { readonly index: number; readonly message: string; readonly hint: string } | undefined {
  let standing: Standing = 'absent';
  for (const [index, action] of chain.entries()) {
    if (!MOVES[action].from.includes(standing)) {
      const can = CHAIN_ACTIONS.filter((one) => MOVES[one].from.includes(standing)).join(', ');
      return { index, message: `the chain cannot ${action} a spoke that is ${standing}`, hint: `write one of: ${can}` };
    }
    standing = MOVES[action].to;
  }
  return undefined;
}
