import 'reflect-metadata';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import type { KubeObject } from '../../kube/objects.ts';
import type { PlannedNode } from '../../lab/plan.ts';
import { isNamed } from '../cluster-install/await-nodes.ts';
import { conditionsOf, textAt } from '../read-object.ts';

/** Signers of a kubelet's certificates, and who asks for them (kubernetes.io, certificate signing requests). */
const CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
const SERVING = 'kubernetes.io/kubelet-serving';
const BOOTSTRAPPER = 'system:serviceaccount:openshift-machine-config-operator:node-bootstrapper';
const NODE_USER = 'system:node:';

/**
 * What is to become of a certificate signing request.
 *
 * *Answered*: somebody has approved or denied it. *Ours*: a kubelet of a planned node asks for itself. *Foreign*: anything else,
 * which nobody here may approve: whoever can reach a machine configuration can ask.
 */
export type CertificateRequest =
  | { readonly status: 'answered' }
  | { readonly status: 'ours'; readonly node: string; readonly use: 'client' | 'serving' }
  | { readonly status: 'foreign'; readonly why: string };

export function judgeRequest(request: KubeObject, nodes: readonly Pick<PlannedNode, 'name'>[]): CertificateRequest {
  if (conditionsOf(request).some(({ type }) => type === 'Approved' || type === 'Denied')) return { status: 'answered' };
  const signer = textAt(request, 'spec', 'signerName');
  const username = textAt(request, 'spec', 'username');
  if (signer !== CLIENT && signer !== SERVING) return { status: 'foreign', why: `its signer is ${signer}` };
  const subject = subjectOf(textAt(request, 'spec', 'request'));
  const name = subject?.name.startsWith(NODE_USER) ? subject.name.slice(NODE_USER.length) : undefined;
  if (name === undefined || subject?.group !== 'system:nodes') return { status: 'foreign', why: `it is for ${subject?.name ?? 'nobody'}, which is no node` };
  if (!nodes.some((node) => isNamed(node, name))) return { status: 'foreign', why: `the plan has no node ${name}` };
  const asker = signer === CLIENT ? [BOOTSTRAPPER, `${NODE_USER}${name}`] : [`${NODE_USER}${name}`];
  if (!asker.includes(username)) return { status: 'foreign', why: `${username} asks for ${name}` };
  return { status: 'ours', node: name, use: signer === CLIENT ? 'client' : 'serving' };
}

/** Common name and organisation of a request, as Kubernetes carries it: PEM in base64. */
function subjectOf(base64: string): { readonly name: string; readonly group: string | undefined } | undefined {
  try {
    const { subjectName } = new Pkcs10CertificateRequest(Buffer.from(base64, 'base64').toString());
    const [name] = subjectName.getField('CN');
    return name === undefined ? undefined : { name, group: subjectName.getField('O')[0] };
  } catch {
    return undefined;
  }
}
