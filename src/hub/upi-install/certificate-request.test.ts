import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import 'reflect-metadata';
import { cryptoProvider, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import type { KubeObject } from '../../kube/objects.ts';
import { judgeRequest } from './certificate-request.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
const SERVING = 'kubernetes.io/kubelet-serving';
const BOOTSTRAPPER = 'system:serviceaccount:openshift-machine-config-operator:node-bootstrapper';
const NODES = [{ name: 'worker-0' }, { name: 'worker-1' }];

async function requestFor(subject: string, signerName: string, username: string, status: object = {}): Promise<KubeObject> {
  cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const pem = (await Pkcs10CertificateRequestGenerator.create({ name: subject, keys, signingAlgorithm: EC })).toString('pem');
  const spec = { signerName, username, request: Buffer.from(pem).toString('base64') };
  return { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'csr-abcde' }, spec, status };
}

const WORKER = 'CN=system:node:worker-0,O=system:nodes';

test('a planned node that asks for itself is ours, by its short name or with its domain', async () => {
  assert.deepEqual(judgeRequest(await requestFor(WORKER, CLIENT, BOOTSTRAPPER), NODES), { status: 'ours', node: 'worker-0', use: 'client' });
  const long = 'worker-1.upi1.our.pretty.lab';
  const serving = await requestFor(`CN=system:node:${long},O=system:nodes`, SERVING, `system:node:${long}`);
  assert.deepEqual(judgeRequest(serving, NODES), { status: 'ours', node: long, use: 'serving' });
});

test('one that has its answer is left as it is', async () => {
  const denied = await requestFor(WORKER, CLIENT, BOOTSTRAPPER, { conditions: [{ type: 'Denied', status: 'True', reason: 'No', message: '' }] });
  assert.deepEqual(judgeRequest(denied, NODES), { status: 'answered' });
});

for (const [title, subject, signer, username, why] of [
  ['a node that the plan does not know', 'CN=system:node:intruder,O=system:nodes', CLIENT, BOOTSTRAPPER, /no node intruder/],
  ['an administrator', 'CN=system:admin,O=system:masters', CLIENT, BOOTSTRAPPER, /system:admin, which is no node/],
  ['a node in another group', 'CN=system:node:worker-0,O=system:masters', CLIENT, BOOTSTRAPPER, /is no node/],
  ['a node that asks for another one', WORKER, SERVING, 'system:node:worker-1', /system:node:worker-1 asks for worker-0/],
  ['somebody else who asks for a node', WORKER, CLIENT, 'system:serviceaccount:default:default', /asks for worker-0/],
  ['another signer', WORKER, 'kubernetes.io/kube-apiserver-client', BOOTSTRAPPER, /its signer/],
] as const) {
  test(`${title} is foreign, and why is said`, async () => {
    const judged = judgeRequest(await requestFor(subject, signer, username), NODES);
    assert.match(judged.status === 'foreign' ? judged.why : judged.status, why);
  });
}

test('a request that cannot be read is foreign', async () => {
  const request = await requestFor(WORKER, CLIENT, BOOTSTRAPPER);
  const judged = judgeRequest({ ...request, spec: { ...(request['spec'] as object), request: 'bm9uZQ==' } }, NODES);
  assert.equal(judged.status, 'foreign');
});
