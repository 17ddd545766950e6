import { stringify } from 'yaml';

/** How the user of a kubeconfig proves who it is: a bearer token, or a client certificate (PEM). */
export type Credentials = { readonly token: string } | { readonly clientCertificate: string; readonly clientKey: string };

/** A kubeconfig with one context, for a server made by `serveApi` or for anything else with a URL and a CA. */
export function adminKubeconfig(
  server: { readonly url: string; readonly ca: string },
  credentials: Credentials,
  names = { cluster: 'rehearsal', user: 'rehearsal' },
): string {
  const { cluster, user: name } = names;
  const user =
    'token' in credentials
      ? { token: credentials.token }
      : { 'client-certificate-data': base64(credentials.clientCertificate), 'client-key-data': base64(credentials.clientKey) };
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [{ name: cluster, cluster: { server: server.url, 'certificate-authority-data': base64(server.ca) } }],
      users: [{ name, user }],
      contexts: [{ name, context: { cluster, user: name } }],
    },
    { lineWidth: 0 },
  );
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
