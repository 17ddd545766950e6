import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderJunit } from './junit.ts';

test('a JUnit file counts its cases, and hides what XML would read', () => {
  const failure = { type: 'NonCompliant', message: `found <but> not "as" & so on\u0001` };
  const cases = [
    { classname: 'sno1', name: 'ztp/first', seconds: 60 },
    { classname: 'sno1', name: 'ztp/second', seconds: 1.5, failure },
  ];
  const message = 'found &lt;but&gt; not &quot;as&quot; &amp; so on';
  assert.deepEqual(renderJunit('policies', cases).split('\n'), [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuite name="policies" tests="2" failures="1" errors="0" skipped="0" time="61.500">',
    '  <testcase classname="sno1" name="ztp/first" time="60.000"/>',
    `  <testcase classname="sno1" name="ztp/second" time="1.500"><failure type="NonCompliant" message="${message}">${message}</failure></testcase>`,
    '</testsuite>',
    '',
  ]);
});
