import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authChallenge } from './auth-challenge.ts';
import { registryLogin } from './registry-login.ts';
import { copyFailure } from './skopeo-failure.ts';

test('what a registry wants is read from its challenge, quoted commas and all', () => {
  const quay = 'Bearer realm="https://quay.io/v2/auth",service="quay.io",scope="repository:a/b:pull,push"';
  assert.deepEqual(authChallenge(quay), { scheme: 'bearer', realm: 'https://quay.io/v2/auth', service: 'quay.io', scope: 'repository:a/b:pull,push' });
  assert.deepEqual(authChallenge('Basic realm="Registry Realm"'), { scheme: 'basic' });
  assert.deepEqual(authChallenge('Basic realm="r", BEARER Realm="https://t/\\"x\\""'), { scheme: 'bearer', realm: 'https://t/"x"' });
  assert.equal(authChallenge('Negotiate'), undefined);
  assert.equal(authChallenge(''), undefined);
});

test('the most specific login of an auth file is used', () => {
  const file = JSON.stringify({ auths: { 'r.lab:5000': { auth: 'host' }, 'r.lab:5000/team': { auth: 'team' } } });
  assert.equal(registryLogin(file, 'r.lab:5000', 'team/app'), 'team');
  assert.equal(registryLogin(file, 'r.lab:5000', 'teams/app'), 'host');
  assert.equal(registryLogin(file, 'quay.io', 'team/app'), undefined);
});

test('why a copy failed is told apart by what skopeo says', () => {
  const said = {
    'reading manifest sha256:00 in quay.io/a/b: manifest unknown: manifest unknown': 'ManifestUnknown',
    'pinging container registry r:1: Get "https://r:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused': 'Transient',
    'writing blob: uploading layer chunked: received unexpected HTTP status: 500 Internal Server Error': 'NotWritten',
    'reading blob sha256:00: Error fetching blob: invalid status code from registry 503 (Service Unavailable)': 'Transient',
    'reading blob sha256:00: received unexpected HTTP status: 502 Bad Gateway': 'Transient',
    'reading blob sha256:00: Get "https://r/v2/": unexpected EOF': 'Transient',
    'toomanyrequests: You have reached your pull rate limit': 'Transient',
    'unable to retrieve auth token: invalid username/password: unauthorized: authentication required': 'Unauthorized',
    'requested access to the resource is denied': 'Unauthorized',
    'writing blob: filesystem: write /var/lib/registry/x: no space left on device': 'NoSpace',
    'Get "https://r:5000/v2/": x509: certificate signed by unknown authority': 'UntrustedCertificate',
    'manifest digest: digest_invalid: provided digest did not match uploaded content': 'DigestMismatch',
    'skopeo cannot be started on localhost: spawn skopeo ENOENT': 'NotInstalled',
    'writing manifest: uploading manifest sha256:00 to r/a: errors: digest invalid manifest blob unknown: blob unknown to registry': 'Transient',
    'something new': 'Failed',
  };
  for (const [text, failure] of Object.entries(said)) assert.equal(copyFailure(text), failure, text);
});
