import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { isSignedHook } from './hook-signature.ts';

const body = Buffer.from('{"ref":"refs/heads/main"}');
const hmac = (secret: string): string => createHmac('sha256', secret).update(body).digest('hex');

test('a webhook is believed when it is signed as GitHub, Gitea or GitLab do, and else is not', () => {
  assert.ok(isSignedHook({ 'x-hub-signature-256': `sha256=${hmac('s3cret')}` }, body, 's3cret'));
  assert.ok(isSignedHook({ 'x-gitea-signature': hmac('s3cret') }, body, 's3cret'));
  assert.ok(isSignedHook({ 'x-gitlab-token': 's3cret' }, body, 's3cret'));
  for (const headers of [{}, { 'x-gitlab-token': 'other' }, { 'x-gitlab-token': '' }, { 'x-hub-signature-256': hmac('other') }, { 'x-gitea-signature': '' }])
    assert.ok(!isSignedHook(headers as Record<string, string>, body, 's3cret'), JSON.stringify(headers));
  assert.ok(!isSignedHook({ 'x-hub-signature-256': `sha256=${hmac('s3cret')}` }, Buffer.from('{}'), 's3cret'), 'another body');
});
