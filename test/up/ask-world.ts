import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Mutation } from '../../src/rehearsal/world/world-deps.ts';
import { WorldState } from '../../src/rehearsal/world/control-messages.ts';

/** The world's log of requests that changed something, asked for without taking part in its clock. */
export function mutations(dataDir: string): Promise<readonly Mutation[]> {
  const { controlSocket } = worldState(dataDir);
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: controlSocket, method: 'POST', path: '/mutations' }, (response) => {
      json(response).then((body) => resolve(body as readonly Mutation[]), reject);
    });
    outgoing.on('error', reject).end(JSON.stringify({ type: 'mutations' }));
  });
}

export function worldState(dataDir: string): WorldState {
  return WorldState.parse(JSON.parse(readFileSync(join(dataDir, 'world/world.json'), 'utf8')));
}
