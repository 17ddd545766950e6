import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { PowerEvent } from '../../src/rehearsal/machines/machines.ts';
import type { Mutation } from '../../src/rehearsal/world/world-deps.ts';
import { WorldState } from '../../src/rehearsal/world/control-messages.ts';

/** The world's log of requests that changed something, asked for without taking part in its clock. */
export async function mutations(dataDir: string): Promise<readonly Mutation[]> {
  return (await ask(dataDir, 'mutations')) as readonly Mutation[];
}

export async function powerLog(dataDir: string): Promise<readonly PowerEvent[]> {
  return (await ask(dataDir, 'power-log')) as readonly PowerEvent[];
}

function ask(dataDir: string, type: 'mutations' | 'power-log'): Promise<unknown> {
  const { controlSocket } = worldState(dataDir);
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: controlSocket, method: 'POST', path: `/${type}` }, (response) => void json(response).then(resolve, reject));
    outgoing.on('error', reject).end(JSON.stringify({ type }));
  });
}

export function worldState(dataDir: string): WorldState {
  return WorldState.parse(JSON.parse(readFileSync(join(dataDir, 'world/world.json'), 'utf8')));
}
