import { adminKubeconfig } from './admin-kubeconfig.ts';
import { createAuthority } from './certificate-authority.ts';

/** A cluster's CA, what its API server shows, and a kubeconfig of its administrator. */
export interface ClusterCertificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly kubeconfig: string;
}

/** Makes them for an API at `https://<host>:<port>`; the certificate is good for localhost too. Valid for ten years of real time. */
export async function makeClusterCertificates(cluster: string, api: { readonly host: string; readonly port: number }): Promise<ClusterCertificates> {
  const { ca, ...authority } = await createAuthority(`${cluster} rehearsal CA`, Date.now());
  const { cert, key } = await authority.server(api.host);
  const admin = await authority.client('CN=system:admin,O=system:masters');
  const server = { url: `https://${api.host}:${api.port}`, ca };
  const kubeconfig = adminKubeconfig(server, { clientCertificate: admin.cert, clientKey: admin.key }, { cluster, user: 'admin' });
  return { ca, cert, key, kubeconfig };
}
