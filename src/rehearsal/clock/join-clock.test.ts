import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { realSleep } from '../../util/clock.ts';
import { joinClock, type JoinedClock } from './join-clock.ts';
import { serveClock } from './serve-clock.ts';
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.ts';

test('an hour of a joined process passes at once, and its time is the world’s', async (t) => {
  const { simulated, agent } = await joined(t);
  await agent.clock.sleep(3_600_000);
  assert.equal(agent.clock.now(), 3_600_000);
  assert.equal(simulated.now(), 3_600_000);
});

test('the world waits for a joined process that works', async (t) => {
  const { simulated, agent } = await joined(t);
  const world = simulated.participant('world').sleep(60_000);
  await agent.clock.during(realSleep(40));
  assert.equal(simulated.now(), 0);
  await world;
});

test('between two pieces of work of a joined process no time passes', async (t) => {
  const { simulated, agent } = await joined(t);
  await realSleep(20);
  const first = agent.clock.during(realSleep(5));
  const later = simulated.participant('world').sleep(60_000);
  await first;
  // Nothing awaited for a while: a journal that is written, for one.
  for (const until = performance.now() + 10; performance.now() < until;);
  await agent.clock.during(realSleep(5));
  assert.equal(simulated.now(), 0);
  await later;
});

test('a watch event on its way to a joined process holds the world, and brings the time', async (t) => {
  const { simulated, agent } = await joined(t);
  await simulated.participant('world').sleep(10_000);
  simulated.traffic.watch('agent', 'w').line();
  const later = simulated.participant('world').sleep(10_000);
  await realSleep(20);
  assert.equal(simulated.now(), 10_000);
  await agent.clock.delivered('w');
  assert.equal(agent.clock.now(), 10_000);
  await later;
});

test('a process that hung up does not hold the world; its sleeps end with the world', async (t) => {
  const { simulated, agent } = await joined(t);
  simulated.traffic.watch('agent', 'w').line();
  agent.leave();
  await simulated.participant('world').sleep(1_000);
  await assert.rejects(agent.clock.sleep(5_000), { code: 'unreachable' });
});

test('a process that was killed stops time until it is back', async (t) => {
  const { simulated, socketPath } = await joined(t);
  const killed = connect(socketPath).on('error', () => undefined);
  killed.write(`${JSON.stringify({ type: 'join', participant: 'other' })}\n`);
  await realSleep(20);
  killed.destroy();
  await realSleep(20);
  const later = simulated.participant('world').sleep(1_000);
  await realSleep(20);
  assert.equal(simulated.now(), 0);
  const back = await joinClock(socketPath, 'other');
  await later;
  back.leave();
});

test('no world is an error that says so', async () => {
  await assert.rejects(joinClock('/nonexistent/world.sock', 'agent'), { code: 'unreachable', message: /no world answers/ });
});

async function joined(t: TestContext): Promise<{ simulated: SimulatedClock; agent: JoinedClock; socketPath: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  const simulated = createSimulatedClock({ startMs: 0, speed: undefined });
  const socketPath = join(folder, 'world.sock');
  const server = await serveClock(simulated, socketPath, () => Promise.resolve(undefined));
  const agent = await joinClock(socketPath, 'agent');
  t.after(() => {
    agent.leave();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { simulated, agent, socketPath };
}
