import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hubRedactor } from './redact-hub.ts';

test('a pull secret is hidden as a whole, encoded, and in its parts', () => {
  const auth = Buffer.from('robot:s3cret-word').toString('base64');
  const pullSecret = `{"auths":{"quay.example.com":{"auth":"${auth}"}}}\n`;
  const redact = hubRedactor(pullSecret);
  for (const text of [pullSecret, pullSecret.trim(), Buffer.from(pullSecret).toString('base64'), auth, 's3cret-word']) {
    const shown = redact(`invalid pull secret data in secret pull-secret ${text}: no auths`);
    assert.equal(shown.includes(text.trim()), false, shown);
  }
});

test('a pull secret that is not JSON is still hidden', () => {
  assert.equal(hubRedactor('not json')('see not json here'), 'see «redacted» here');
});
