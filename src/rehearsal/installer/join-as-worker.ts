import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { cryptoProvider, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { addNode, SECOND, type Guest } from './guest.ts';
import type { IgnitionCluster } from './ignition-cluster.ts';
import type { InstallerWorld } from './installer-world.ts';
import { untilAborted } from './until-aborted.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const BOOTSTRAPPER = 'system:serviceaccount:openshift-machine-config-operator:node-bootstrapper';
const CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
const SERVING = 'kubernetes.io/kubelet-serving';
/** How often a kubelet looks whether it has been given its certificate. */
const LOOK_MS = 15 * SECOND;

/** A kubelet that nobody vouches for: it asks for its certificates, and goes no further until somebody approves them. */
export async function joinAsWorker(world: InstallerWorld, cluster: IgnitionCluster, kube: KubeClient, guest: Guest): Promise<void> {
  const { hostname, machine, signal } = guest;
  // Those that join earlier are approved by the bootstrap itself.
  await untilAborted(cluster.bootstrapComplete.promise, signal);
  if ((await cluster.identity.promise).approvesNodes) {
    cluster.joined.add(machine.mac);
    await addNode(world, kube, guest, 'worker');
    return cluster.complete.resolve();
  }
  const user = `system:node:${hostname}`;
  await approved(world, kube, await ask(world, kube, { hostname, signer: CLIENT, username: BOOTSTRAPPER }), signal);
  cluster.joined.add(machine.mac);
  const added = addNode(world, kube, guest, 'worker');
  await approved(world, kube, await ask(world, kube, { hostname, signer: SERVING, username: user }), signal);
  await added;
  cluster.complete.resolve();
}

interface Asking {
  readonly hostname: string;
  readonly signer: string;
  readonly username: string;
}

async function ask(world: InstallerWorld, kube: KubeClient, { hostname, signer, username }: Asking): Promise<KubeObject> {
  return await world.clock.during(
    certificateRequest(hostname).then((request) =>
      kube.create({
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name: `csr-${hostname}-${signer === CLIENT ? 'client' : 'serving'}` },
        spec: {
          signerName: signer,
          username,
          request: Buffer.from(request).toString('base64'),
          usages: ['digital signature', signer === CLIENT ? 'client auth' : 'server auth'],
        },
      }),
    ),
  );
}

async function certificateRequest(hostname: string): Promise<string> {
  cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({ name: `CN=system:node:${hostname},O=system:nodes`, keys, signingAlgorithm: EC });
  return request.toString('pem');
}

async function approved(world: InstallerWorld, kube: KubeClient, { apiVersion, kind, metadata: { name } }: KubeObject, signal: AbortSignal): Promise<void> {
  for (;;) {
    const status = (await world.clock.during(kube.get({ apiVersion, kind, name })))?.['status'] as
      | { readonly conditions?: readonly { readonly type: string }[] }
      | undefined;
    if (status?.conditions?.some(({ type }) => type === 'Approved')) return;
    await world.clock.sleep(LOOK_MS, signal);
  }
}
