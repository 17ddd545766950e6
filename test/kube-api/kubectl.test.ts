import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { adminKubeconfig } from '../../src/rehearsal/api/access/admin-kubeconfig.ts';
import { serveApi } from '../../src/rehearsal/api/server.ts';
import { noTraffic } from '../../src/rehearsal/clock/traffic.ts';
import { hubDefinitions } from '../../src/rehearsal/definitions/hub-definitions.ts';
import { installDefinitions } from '../../src/rehearsal/definitions/install-definitions.ts';
import { systemClock } from '../../src/util/clock.ts';

const skip = spawnSync('kubectl', ['version', '--client']).status === 0 ? false : 'no kubectl on this computer';

const IMAGE_SET = `
apiVersion: hive.openshift.io/v1
kind: ClusterImageSet
metadata: {name: img}
spec: {releaseImage: quay.io/one}
`;

test('kubectl creates, applies either way, reads, explains, waits and deletes', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-kubectl-'));
  const admin = { token: 'admin-token', user: 'admin', uid: 'admin', groups: ['system:masters'] };
  const server = await serveApi({ clock: systemClock, traffic: noTraffic, tokens: [admin] }, 0);
  installDefinitions(server, hubDefinitions());
  const [kubeconfig, file] = [join(folder, 'kubeconfig'), join(folder, 'image-set.yaml')];
  writeFileSync(kubeconfig, adminKubeconfig(server, { token: admin.token }), { mode: 0o600 });
  writeFileSync(file, IMAGE_SET);
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder };
    return (await promisify(execFile)('kubectl', args, { env })).stdout.trim();
  };
  try {
    assert.equal(await kubectl('create', 'namespace', 'lab'), 'namespace/lab created');
    assert.equal(await kubectl('create', 'secret', 'generic', 's', '-n', 'lab', '--from-literal=a=b'), 'secret/s created');
    assert.equal(await kubectl('get', 'secret', 's', '-n', 'lab', '-o', 'jsonpath={.data.a}'), Buffer.from('b').toString('base64'));
    assert.equal(await kubectl('apply', '-f', file), 'clusterimageset.hive.openshift.io/img created');
    writeFileSync(file, IMAGE_SET.replace('one', 'two'));
    assert.equal(await kubectl('apply', '-f', file), 'clusterimageset.hive.openshift.io/img configured');
    assert.match(await kubectl('apply', '--server-side', '--force-conflicts', '-f', file), /serverside-applied/);
    assert.match(await kubectl('get', 'imgset'), /^NAME +RELEASE\nimg +quay\.io\/two$/);
    assert.match(await kubectl('explain', 'clusterinstance.spec.nodes.role'), /FIELD: role <string>/);
    assert.equal(await kubectl('auth', 'can-i', 'create', 'pods'), 'yes');
    assert.match(await kubectl('wait', '--for=jsonpath={.spec.releaseImage}=quay.io/two', 'imgset/img', '--timeout=10s'), /condition met/);
    await assert.rejects(kubectl('patch', 'imgset', 'img', '--type=merge', '-p', '{"spec":{"releaseImage":5}}'), /must be of type string: "integer"/);
    assert.match(await kubectl('delete', '-f', file, '--timeout=10s'), /"img" deleted/);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
