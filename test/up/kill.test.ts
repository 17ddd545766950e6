// labwright up, ended in every way, in the middle of a rehearsal.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Mutation } from '../../src/rehearsal/world/world-deps.ts';
import { realSleep } from '../../src/util/clock.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { mutations, worldState } from './ask-world.ts';
import { dataDir, startLabwright, type RunningLabwright } from './up-process.ts';

const PIPELINE = `- {name: sno1-install, stage: install, topic: OCP-4.18, components: [ocp], action: install, cluster: sno1}
- {name: sno1-detach, stage: detach, topic: OCP-4.18, components: [ocp], action: detach, cluster: sno1}
`;

test('killed with -9 in the middle of a rehearsal and started again, the run completes, and no ended step asked for anything twice', async (t) => {
  const data = dataDir(t);
  const first = up(t, data);
  await first.printed(/› Install sno1/);
  await first.stop('SIGKILL');
  const endedSteps = titlesOf(first, '✔');
  assert.ok(endedSteps.length >= 5, first.output());
  const before = byStep(await mutations(data));
  const world = worldState(data);

  const second = up(t, data);
  await second.printed(/The server stays up/);
  assert.match(second.output(), /^going on with the run of /m);
  assert.match(second.output(), /success; 2 of 2 jobs succeeded/);
  assert.deepEqual(worldState(data), world, 'the world is the same one');
  const after = byStep(await mutations(data));
  for (const [step, requests] of before) {
    if (step === 'sno1-install/install-cluster') continue; // It had not ended.
    assert.deepEqual(after.get(step), requests, step);
  }
  for (const [step, requests] of after) {
    const twice = requests.filter((one, index) => requests.indexOf(one) !== index);
    assert.deepEqual(twice, [], `${step} asked twice`);
  }
  assert.equal(await second.stop('SIGINT'), 0);
  nothingLeft(data, world.pid);
});

test('killed with -9 when its run was over, or in the middle of another rehearsal, the next start begins anew in a world of its own', async (t) => {
  const data = dataDir(t);
  const first = up(t, data);
  await first.printed(/The server stays up/);
  await first.stop('SIGKILL');
  const world = worldState(data);

  const second = up(t, data);
  await second.printed(/› Install sno1/);
  assert.doesNotMatch(second.output(), /going on with/);
  assert.notDeepEqual(worldState(data), world);
  assert.ok(!existsSync(`/proc/${world.pid}`), 'the used world has ended');
  await second.stop('SIGKILL');

  const third = up(t, data, '--once', '--fault', 'bmc-password');
  assert.equal(await third.ended(), 1);
  assert.match(third.output(), /sno1-install failed on BareMetalHost\/sno1\/master-0 Manageable: RegistrationFailed: .*401/);
});

test('Ctrl-C in the middle of a rehearsal cancels the run, and the next start begins a new one that completes', async (t) => {
  const data = dataDir(t);
  const first = up(t, data);
  await first.printed(/› Install sno1/);
  const { pid } = worldState(data);
  // As from a terminal, with npm in between: once from each.
  first.child.kill('SIGINT');
  assert.equal(await first.stop('SIGINT'), 130);
  nothingLeft(data, pid);
  const second = up(t, data, '--once');
  assert.equal(await second.ended(), 0, second.output());
  assert.match(second.output(), /2 of 2 jobs succeeded/);
  assert.ok(titlesOf(second, '✔').length > titlesOf(first, '✔').length);
});

test('when the world is killed its job fails and says so, later jobs are skipped, and the next start begins a new run', async (t) => {
  const data = dataDir(t);
  const first = up(t, data, '--once');
  await first.printed(/› Install sno1/);
  process.kill(worldState(data).pid, 'SIGKILL');
  assert.equal(await first.ended(), 1, first.output());
  assert.match(first.output(), /the rehearsal world has ended\n.*hint: /);
  assert.match(first.output(), /^sno1-detach +skipped/m);
  const second = up(t, data, '--once');
  assert.equal(await second.ended(), 0, second.output());
});

test('Ctrl-C in labwright rehearse ends the world and the database and removes the folder', async (t) => {
  const data = dataDir(t);
  const running = startLabwright(t, ['rehearse', pipelineFile(data), '--lab', lab(), '--speed', '1200'], { TMPDIR: data });
  await running.printed(/› Boot the hosts/);
  const folder = readdirSync(data).find((name) => name.startsWith('labwright-rehearse-'))!;
  const { pid } = worldState(join(data, folder));
  assert.equal(await running.stop('SIGINT'), 130, running.output());
  assert.ok(!existsSync(join(data, folder)));
  nothingLeft(data, pid);
});

test('what a killed labwright rehearse left is cleared away by the next one, but not what another one still uses', async (t) => {
  const data = dataDir(t);
  const args = ['rehearse', pipelineFile(data), '--lab', lab(), '--speed', '1200'];
  const killed = startLabwright(t, args, { TMPDIR: data });
  await killed.printed(/› Boot the hosts/);
  const [folder] = rehearsalFolders(data);
  const { pid } = worldState(folder!);
  const postgres = Number(readFileSync(join(folder!, 'pg/data/postmaster.pid'), 'utf8').split('\n')[0]);
  await killed.stop('SIGKILL');

  const next = startLabwright(t, args, { TMPDIR: data });
  await next.printed(/› Boot the hosts/);
  assert.ok(!existsSync(folder!) && !existsSync(`/proc/${pid}`) && !existsSync(`/proc/${postgres}`));
  const other = startLabwright(t, [...args, '--fault', 'bmc-password'], { TMPDIR: data });
  assert.equal(await other.ended(), 1);
  assert.equal(await next.ended(), 0, next.output());
  assert.deepEqual(rehearsalFolders(data), []);
});

test('a world that is killed fails its job, says so, and nothing hangs', async (t) => {
  const data = dataDir(t);
  const running = startLabwright(t, ['rehearse', pipelineFile(data), '--lab', lab(), '--speed', '1200', '--keep', '--json'], { TMPDIR: data });
  const { pid } = await worldOf(data);
  process.kill(pid, 'SIGKILL');
  assert.equal(await running.ended(), 1);
  assert.match(running.output(), /"message": "the rehearsal world has ended"/);
  assert.match(running.output(), /"status": "skipped"/);
});

test('a second up on the same data directory is refused and names the pid that has it', async (t) => {
  const data = dataDir(t);
  const first = startLabwright(t, ['up', '--data', data, '--port', '0']);
  await first.printed(/control server +http/);
  const second = startLabwright(t, ['up', '--data', data, '--port', '0']);
  assert.equal(await second.ended(), 1);
  assert.match(second.output(), new RegExp(`is in use by the labwright with pid ${first.child.pid}\\nhint: `));
  assert.equal(await first.stop('SIGTERM'), 0, first.output());
});

function rehearsalFolders(parent: string): string[] {
  return readdirSync(parent)
    .filter((name) => name.startsWith('labwright-rehearse-'))
    .map((name) => join(parent, name));
}

/** The world of the rehearsal below a folder, once its agent has asked for something. */
async function worldOf(parent: string): Promise<{ readonly pid: number }> {
  for (;;) {
    const [folder] = rehearsalFolders(parent);
    if (folder !== undefined && existsSync(join(folder, 'world/world.json')) && (await mutations(folder)).length > 0) return worldState(folder);
    await realSleep(20);
  }
}

function up(t: TestContext, data: string, ...more: readonly string[]): RunningLabwright {
  return startLabwright(t, ['up', '--data', data, '--port', '0', '--rehearse', pipelineFile(data), '--lab', lab(), '--speed', '1200', ...more], {
    TMPDIR: data,
  });
}

function lab(): string {
  return join(packageRoot(), 'examples/pretty-lab');
}

function pipelineFile(data: string): string {
  const path = join(data, 'pipeline.yml');
  writeFileSync(path, PIPELINE);
  return path;
}

function titlesOf(running: RunningLabwright, mark: string): string[] {
  return running
    .output()
    .split('\n')
    .filter((line) => line.includes(`  ${mark} `));
}

/** What the agent asked for, by the step that asked: method, server and path. */
function byStep(all: readonly Mutation[]): Map<string, string[]> {
  const steps = new Map<string, string[]>();
  for (const { participant, cause, method, server, path } of all) {
    if (participant !== 'agent' || cause === null) continue;
    steps.set(cause, [...(steps.get(cause) ?? []), `${method} ${server} ${path}`]);
  }
  return steps;
}

function nothingLeft(data: string, worldPid: number): void {
  assert.ok(!existsSync(`/proc/${worldPid}`), 'the world has ended');
  assert.ok(!existsSync(join(data, 'world/world.json')));
  assert.ok(!existsSync(join(data, 'labwright.pid')));
  assert.ok(!existsSync(join(data, 'pg/data/postmaster.pid')), 'PostgreSQL has ended');
}
