import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** The CA's own certificate, as PEM. */
  readonly ca: string;
  /** A server's certificate is good for localhost and 127.0.0.1 too. */
  readonly server: (host: string) => Promise<Certificate>;
  /** A client's certificate for an X.500 subject. */
  readonly client: (subject: string) => Promise<Certificate>;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** Makes a CA of this name; all that it signs is valid from a day ago for ten years. */
export async function createAuthority(name: string, nowMs: number): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto);
  const validity = { notBefore: new Date(nowMs - DAY_MS), notAfter: new Date(nowMs + 3650 * DAY_MS), signingAlgorithm: EC };
  const caKeys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  let serial = 1;
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: '01',
    name: `CN=${name}`,
    keys: caKeys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const sign = async (subject: string, extensions: x509.Extension[]): Promise<Certificate> => {
    const serialNumber = (++serial).toString(16).padStart(2, '0');
    const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
    const { publicKey } = keys;
    const cert = await x509.X509CertificateGenerator.create({
      ...validity,
      serialNumber,
      subject,
      issuer: ca.subject,
      publicKey,
      signingKey: caKeys.privateKey,
      extensions,
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return { cert: cert.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
  };
  return {
    ca: ca.toString('pem'),
    server: (host) => sign(`CN=${host}`, [new x509.SubjectAlternativeNameExtension(namesOf(host))]),
    client: (subject) => sign(subject, []),
  };
}

function namesOf(host: string): x509.JsonGeneralNames {
  const isOther = host !== 'localhost' && !/^[\d.]+$/.test(host);
  return [{ type: 'dns', value: 'localhost' }, { type: 'ip', value: '127.0.0.1' }, ...(isOther ? [{ type: 'dns' as const, value: host }] : [])];
}
