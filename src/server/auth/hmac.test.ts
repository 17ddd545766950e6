import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256, type SignedRequest } from '../../contract/hmac-signature.ts';
import { parseHmac, verifyHmac } from './hmac.ts';

const secret = 's3cr3tS3cr3t';
const signedMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const jobs = signed(
  'GET',
  '/api/v1/jobs',
  'where=name:a%20b,tags:x/y&limit=10&offset=0',
  '',
  '63349543588d09767bbe7dc896f79aa0163b61f3a53983cd1e0d19f844cdc14c',
);

test('the signatures of real clients verify', () => {
  assert.equal(verdict(jobs), 'valid');
  const post = signed('POST', '/api/v1/jobstates', '', '{"status": "running"}', '0e1d868bb6e4f90117438c207fcbd965f47a657d2892a9e4ee2b2810e65cc435');
  assert.equal(verdict(post), 'valid');
  const file = signed('GET', '/api/v1/components/x/files/a%5Eb%20c', '', '', '4bf65ab30310303658654cda3427c6e89595dc41a5cf6b21997d7edd08b8ffe6');
  assert.equal(verdict(file), 'valid');
});

test('a blank value in the query may be left out of the signature', () => {
  assert.equal(verdict({ ...jobs, query: `${jobs.query}&sort=` }), 'valid');
});

test('another body, query or secret is invalid', () => {
  assert.equal(verdict({ ...jobs, bodySha256: sha256('x') }), 'invalid');
  assert.equal(verdict({ ...jobs, query: 'limit=11' }), 'invalid');
  assert.equal(verdict(jobs, signedMs, 'other'), 'invalid');
});

test('fifteen minutes of skew pass either way, more does not', () => {
  assert.equal(verdict(jobs, signedMs + 900_000), 'valid');
  assert.equal(verdict(jobs, signedMs + 901_000), 'expired');
  assert.equal(verdict(jobs, signedMs - 901_000), 'expired');
});

test('headers without a date or with five credential parts are not read', () => {
  assert.equal(parseHmac({ ...jobs.headers, 'x-dci-date': undefined }), undefined);
  assert.equal(parseHmac({ ...jobs.headers, authorization: jobs.headers['authorization']?.replace('/BHS3', '') }), undefined);
});

function verdict(request: SignedRequest, nowMs: number = signedMs, key: string = secret): string {
  const claim = parseHmac(request.headers);
  return claim ? verifyHmac(request, claim, key, nowMs) : 'unreadable';
}

function signed(method: string, path: string, query: string, body: string, signature: string): SignedRequest {
  const credential = 'remoteci/11111111-2222-4333-8444-555555555555/20260102/BHS3/api/dci2_request';
  const authorization = `DCI2-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-dci-date, Signature=${signature}`;
  return { method, path, query, bodySha256: sha256(body), headers: { host: '127.0.0.1:5000', 'x-dci-date': '20260102T030405Z', authorization } };
}
