import { assistedPlayer } from './assisted/assisted-player.ts';
import { metal3Player } from './metal3/metal3-player.ts';
import type { Player } from './player.ts';
import { siteconfigPlayer } from './siteconfig/siteconfig-player.ts';
import { talmPlayer } from './talm/talm-player.ts';

/** One per real operator that was recorded and has controllers here; the first that claims a case plays it. */
export const PLAYERS: readonly Player[] = [siteconfigPlayer, assistedPlayer, metal3Player, talmPlayer];
