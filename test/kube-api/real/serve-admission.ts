import { createServer } from 'node:https';
import { json } from 'node:stream/consumers';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { createAuthority } from '../../../src/rehearsal/api/access/certificate-authority.ts';
import type { Json } from '../../../src/rehearsal/api/json.ts';
import type { Admit } from '../../../src/rehearsal/api/write/admission.ts';
import { listenOnLoopback } from '../../../src/util/listen-on-loopback.ts';

/** The webhooks of a hub's operators by their names, and what each is asked about. */
const WEBHOOKS = [
  { name: 'clusterinstances.siteconfig.open-cluster-management.io', group: 'siteconfig.open-cluster-management.io', resource: 'clusterinstances' },
  {
    name: 'agentclusterinstallvalidators.admission.agentinstall.openshift.io',
    group: 'extensions.hive.openshift.io',
    resource: 'agentclusterinstalls',
  },
  { name: 'infraenvvalidators.admission.agentinstall.openshift.io', group: 'agent-install.openshift.io', resource: 'infraenvs' },
  { name: 'agentvalidators.admission.agentinstall.openshift.io', group: 'agent-install.openshift.io', resource: 'agents' },
  { name: 'baremetalhost.metal3.io', group: 'metal3.io', resource: 'baremetalhosts' },
] as const;

interface Review {
  readonly request: {
    readonly uid: string;
    readonly kind: { readonly kind: string };
    readonly subResource?: string;
    readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
    readonly userInfo: { readonly username: string };
    readonly object: Json | null;
    readonly oldObject: Json | null;
  };
}

/**
 * Puts the rules of the world's operators behind real admission webhooks of a real API server.
 *
 * One that throws is down for this request: the connection ends without an answer.
 */
export async function serveAdmission(kube: KubeClient, admit: Admit): Promise<{ close(): Promise<void> }> {
  const authority = await createAuthority('labwright test webhooks', Date.now());
  const server = createServer(await authority.server('localhost'), (request, response) => {
    const webhook = (request.url ?? '').slice(1).split('?')[0] ?? '';
    void json(request)
      .then(async (body) => {
        const response = await review(admit, webhook, body as Review);
        return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
      })
      .then(
        (answer) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer)),
        () => request.socket.destroy(),
      );
  });
  const port = await listenOnLoopback(server);
  await kube.create(configuration(`https://localhost:${port}`, authority.ca));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function review(admit: Admit, webhook: string, { request }: Review): Promise<object> {
  const { uid, kind, subResource: subresource = '', operation, userInfo, object, oldObject } = request;
  const { group, resource } = WEBHOOKS.find(({ name }) => name === webhook)!;
  const asked = { kind: kind.kind, group, plural: resource } as Parameters<Admit>[0]['resource'];
  const given = { operation, object: object ?? undefined, oldObject: oldObject ?? undefined, resource: asked, subresource, user: userInfo.username };
  const denial = await admit(given);
  if (denial === undefined) return { uid, allowed: true };
  if (denial.webhook !== webhook) throw new Error(`${denial.webhook} answers what ${webhook} was asked`);
  return { uid, allowed: false, status: { message: denial.message, code: denial.code, reason: denial.reason } };
}

function configuration(url: string, ca: string): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'hub-operators' },
    webhooks: WEBHOOKS.map(({ name, group, resource }) => ({
      name,
      clientConfig: { url: `${url}/${name}`, caBundle: Buffer.from(ca).toString('base64') },
      rules: [{ operations: ['CREATE', 'UPDATE'], apiGroups: [group], apiVersions: ['*'], resources: [resource] }],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      failurePolicy: 'Fail',
    })),
  };
}
