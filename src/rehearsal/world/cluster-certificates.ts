import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { stringify } from 'yaml';

/** A cluster's CA, what its API server shows, and a kubeconfig of its administrator. */
export interface ClusterCertificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly kubeconfig: string;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** Makes them for an API at `https://<host>:<port>`; the certificate is good for localhost too. Valid for ten years of real time. */
export async function makeClusterCertificates(cluster: string, api: { readonly host: string; readonly port: number }): Promise<ClusterCertificates> {
  x509.cryptoProvider.set(webcrypto);
  const now = Date.now();
  const validity = { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + 3650 * DAY_MS), signingAlgorithm: EC };
  const caKeys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: '01',
    name: `CN=${cluster} rehearsal CA`,
    keys: caKeys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const signed = async (serialNumber: string, subject: string, extensions: x509.Extension[]): Promise<{ readonly cert: string; readonly key: string }> => {
    const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
    const cert = await x509.X509CertificateGenerator.create({
      ...validity,
      serialNumber,
      subject,
      issuer: ca.subject,
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      extensions,
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return { cert: cert.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
  };
  const names: x509.JsonGeneralNames = [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
    ...(/^[\d.]+$/.test(api.host) ? [] : [{ type: 'dns' as const, value: api.host }]),
  ];
  const server = await signed('02', `CN=${api.host}`, [new x509.SubjectAlternativeNameExtension(names)]);
  const admin = await signed('03', 'CN=system:admin,O=system:masters', []);
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  const kubeconfig = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server: `https://${api.host}:${api.port}`, 'certificate-authority-data': base64(ca.toString('pem')) } }],
    users: [{ name: 'admin', user: { 'client-certificate-data': base64(admin.cert), 'client-key-data': base64(admin.key) } }],
    contexts: [{ name: 'admin', context: { cluster, user: 'admin' } }],
    'current-context': 'admin',
  });
  return { ca: ca.toString('pem'), ...server, kubeconfig };
}
