import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redact } from './redact.ts';

test('the key in the URL of an installation’s image is no text for a log', () => {
  const url = 'https://assisted-image-service.apps.hub1.lab/byapikey/eyJpbmZyYV9lbnZfaWQiOiJlNzQ5In0/4.18/x86_64/minimal.iso';
  assert.equal(redact(`eject ${url} from sno1-master-0`), `eject ${url.replace(/eyJ[^/]+/, '«redacted»')} from sno1-master-0`);
});
