import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import type { BmcListener } from './serve-bmc.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/**
 * The certificate of a lab's BMC service, made by itself the first time and kept in `folder` (0600): hubs pin nothing, but
 * a certificate that changes with each start looks like somebody else's.
 *
 * @param host the name in the plan's BMC addresses.
 */
export async function bmcCertificate(folder: string, host: string): Promise<NonNullable<BmcListener['tls']>> {
  const [keyPath, certPath] = [join(folder, `${host}.key`), join(folder, `${host}.crt`)];
  const kept = await Promise.all([readFile(keyPath, 'utf8'), readFile(certPath, 'utf8')]).catch(() => undefined);
  if (kept) return { key: kept[0], cert: kept[1] };
  const made = await selfSigned(host);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(keyPath, made.key, { mode: 0o600 });
  await writeFile(certPath, made.cert, { mode: 0o600 });
  return made;
}

async function selfSigned(host: string): Promise<{ readonly key: string; readonly cert: string }> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${host}`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 3650 * DAY_MS),
    signingAlgorithm: EC,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), cert: certificate.toString('pem') };
}
