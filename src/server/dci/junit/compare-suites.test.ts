import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSuites } from './compare-suites.ts';
import { parseJunit } from './parse-junit.ts';

test('inner suites come before outer ones, which keep only their own cases', () => {
  const suites = parseJunit(
    '<testsuites><testsuite name="outer"><testcase name="o"/><testsuite name="inner"><testcase name="i" time="x"/></testsuite></testsuite></testsuites>',
  );
  assert.deepEqual(
    suites.map(({ name, testcases }) => [name, testcases.map((one) => one.name)]),
    [
      ['inner', ['i']],
      ['outer', ['o']],
    ],
  );
  assert.equal(suites[0]?.testcases[0]?.time, 0);
});

test('an empty file has no suites, and text that is no XML is refused', () => {
  assert.deepEqual(parseJunit(''), []);
  for (const text of ['hello', '<testsuite><testcase>']) assert.throws(() => parseJunit(text), /^LabwrightError: Invalid XML/);
});

test('a case that fails now and passed before is a regression; what is gone is listed as removed', () => {
  const before = parseJunit('<testsuite name="s"><testcase name="a"/><testcase name="b"><failure/></testcase><testcase name="gone"/></testsuite>');
  const now = parseJunit('<testsuite name="s"><testcase name="a"><error/></testcase><testcase name="b"/><testcase name="new"/></testsuite>');
  const [suite] = compareSuites(now, before);
  assert.deepEqual(
    suite?.testcases.map(({ name, state }) => [name, state]),
    [
      ['a', 'REGRESSED'],
      ['b', 'RECOVERED'],
      ['gone', 'REMOVED'],
      ['new', 'ADDED'],
    ],
  );
  assert.deepEqual([suite?.tests, suite?.regressions, suite?.deletions], [3, 1, 1]);
});
