// The lab's time: chrony of the jumphost gives it, chrony of the servers takes it, beside whatever else configures them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ApplyReport } from '../../src/machines/apply-lab.ts';
import type { LabDrift } from '../../src/machines/lab-drift.ts';
import type { LabStatus } from '../../src/machines/lab-status.ts';
import { realSleep } from '../../src/util/clock.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';

const prefix = `lwbox-time-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const PART = '/etc/chrony/conf.d/labwright-tiny.conf';
let box: Box;

before(async () => {
  if (skip === undefined) box = await upBox(prefix, console.log);
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

test('apply gives every chrony its part, and a second one changes nothing', { skip }, async () => {
  const report = await labJson<ApplyReport>('apply');
  assert.deepEqual(report.failures, []);
  const time = report.changes.filter(({ kind }) => kind === 'time');
  assert.deepEqual(time.map(({ on, status }) => `${on} ${status}`).toSorted(), ['jumphost done', 'server1 done', 'server2 done']);
  assert.deepEqual((await labJson<ApplyReport>('apply')).changes, []);
  assert.match(await shell('server1', 'grep ^pool /etc/chrony/chrony.conf'), /pool/, 'the distribution’s file is as it was');
});

test('a server is synchronised by the jumphost, which serves the lab and nobody else', { skip, timeout: 60_000 }, async () => {
  for (;;) {
    // `*`: the source it follows; stratum 10 is the jumphost's own clock.
    if (/^\^,\*,192\.168\.77\.1,10,/m.test(await shell('server1', 'chronyc -n -c sources'))) break;
    await realSleep(500);
  }
  assert.match(await shell('jumphost', 'chronyc -n accheck 192.168.77.2'), /allowed/);
  assert.match(await shell('jumphost', 'chronyc -n accheck 192.168.78.2'), /denied/);
});

test('what was changed by hand, and a chronyd that was ended, are told and mended', { skip }, async () => {
  await shell('jumphost', `echo 'allow 10.0.0.0/8' >>${PART}`);
  await shell('server2', 'kill "$(cat /run/chrony/chronyd.pid)"; while pidof chronyd; do sleep 0.1; done');
  const { drift } = await labJson<LabDrift>('drift');
  assert.deepEqual(
    drift.map(({ on, kind, field, found }) => [on, kind, field, found]),
    [
      ['server2', 'time', 'power', 'stopped'],
      ['jumphost', 'time', 'line', 'allow 10.0.0.0/8'],
      ['jumphost', 'time', 'configuration', 'not read'],
    ],
  );
  assert.equal((await labJson<LabStatus>('status')).asPlanned, false);
  assert.deepEqual((await labJson<ApplyReport>('apply')).failures, []);
  assert.ok((await labJson<LabStatus>('status')).asPlanned);
  assert.doesNotMatch(await shell('jumphost', `cat ${PART}`), /10\.0\.0\.0/);
});

test('a chronyd that refuses the whole goes on with what it had', { skip }, async () => {
  const path = join(box.labFolder, 'lab.yml');
  const text = readFileSync(path, 'utf8');
  const former = await shell('jumphost', `cat ${PART}`);
  writeFileSync(path, text.replace('nic: eno2', 'nic: eno2, services: {ntp: {upstreams: [192.168.77.99]}}'));
  await shell('jumphost', 'echo "bindaddress nowhere" >>/etc/chrony/chrony.conf');
  const { failures } = await labJson<ApplyReport>('apply');
  assert.match(JSON.stringify(failures), /jumphost cannot give chrony the lab’s part: .*bindaddress.*what was before is in use again/);
  assert.equal(await shell('jumphost', `cat ${PART}`), former);
  assert.match(
    await shell('jumphost', 'chronyc -n accheck 192.168.77.2; tail -n 1 /etc/chrony/chrony.conf; ls /etc/chrony/conf.d'),
    /allowed\nbindaddress nowhere\nREADME\nlabwright-tiny\.conf\n$/,
  );
  await shell('jumphost', 'sed -i "/^bindaddress/d" /etc/chrony/chrony.conf');
  assert.deepEqual((await labJson<ApplyReport>('apply')).failures, []);
  assert.match(await shell('jumphost', 'chronyc -n -c sources'), /192\.168\.77\.99/);
  writeFileSync(path, text);
});

test('where the distribution’s file reads no folder, it gets one line, which goes with the last part', { skip }, async () => {
  await labJson('apply');
  const main = '/etc/chrony/chrony.conf';
  await shell('server2', `rm ${PART}; sed -i '/^confdir/d' ${main}; cp ${main} /run/main`);
  assert.deepEqual((await labJson<ApplyReport>('apply')).failures, []);
  assert.match(await shell('server2', `diff /run/main ${main} || true`), /^> include \/etc\/chrony\.d\/\*\.conf$/m);
  assert.deepEqual((await labJson<ApplyReport>('apply')).changes, []);
  assert.deepEqual((await labJson<ApplyReport>('destroy', '--yes')).failures, []);
  await shell('server2', `diff /run/main ${main}; test ! -e /etc/chrony.d`);
});

test('destroy takes the parts away and leaves chrony running', { skip }, async () => {
  for (const machine of ['jumphost', 'server1']) {
    assert.equal(await shell(machine, 'ls /etc/chrony/conf.d'), 'README\n');
    assert.match(await shell(machine, 'chronyc -n tracking; chronyc -n accheck 192.168.77.2'), /Leap status[^]*denied/);
  }
});

async function shell(machine: string, script: string): Promise<string> {
  return (await box.inMachine(machine)(['sh', '-euc', script])).stdout;
}

async function labJson<T>(command: string, ...flags: string[]): Promise<T> {
  const cli = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', command, box.labFolder, '--json', ...flags];
  const { stdout, stderr } = await box.inNetwork('jumphost')(cli, { okExitCodes: [0, 1] });
  assert.match(stdout, /^\{/, stderr);
  return JSON.parse(stdout) as T;
}
