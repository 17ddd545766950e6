import type { TestCase, TestSuite } from './parse-junit.ts';

/** Against the same test in the previous job. */
export type TestState = 'ADDED' | 'REMOVED' | 'UNCHANGED' | 'REGRESSED' | 'RECOVERED';

export interface ComparedCase extends TestCase {
  readonly state: TestState;
  readonly regression: boolean;
  readonly successfix: boolean;
}

export interface ComparedSuite {
  readonly id: number;
  readonly name: string;
  readonly properties: TestSuite['properties'];
  readonly tests: number;
  readonly success: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  /** Seconds. */
  readonly time: number;
  readonly regressions: number;
  readonly successfixes: number;
  readonly additions: number;
  readonly deletions: number;
  readonly unchanged: number;
  readonly testcases: readonly ComparedCase[];
}

/**
 * Each suite with what changed since the previous job (reference/dci-control-server.md §4.6). Suites go by name, test cases by
 * class and name; of several alike the last is compared, while all are counted. What is gone stays in the list as REMOVED.
 */
export function compareSuites(suites: readonly TestSuite[], previous: readonly TestSuite[]): readonly ComparedSuite[] {
  return suites.map((suite, id) => compareSuite(suite, previous.find(({ name }) => name === suite.name)?.testcases ?? [], id));
}

function compareSuite({ name, properties, testcases: all }: TestSuite, before: readonly TestCase[], id: number): ComparedSuite {
  const now = byKey(all);
  const then = byKey(before);
  const present = [...now].map(([key, one]) => compared(one, stateOf(one, then.get(key))));
  const removed = [...then].filter(([key]) => !now.has(key)).map(([, one]) => compared(one, 'REMOVED'));
  const testcases = [...present, ...removed].toSorted((a, b) => compareText(a.name, b.name));
  const actions = (action: TestCase['action']): number => all.filter((one) => one.action === action).length;
  const states = (state: TestState): number => testcases.filter((one) => one.state === state).length;
  return {
    id,
    name,
    properties,
    tests: all.length,
    success: actions('success'),
    failures: actions('failure'),
    errors: actions('error'),
    skipped: actions('skipped'),
    time: all.map(({ time }) => time).reduce((sum, time) => sum + time, 0),
    regressions: states('REGRESSED'),
    successfixes: states('RECOVERED'),
    additions: states('ADDED'),
    deletions: states('REMOVED'),
    unchanged: states('UNCHANGED'),
    testcases,
  };
}

/** From success to anything else is a regression; from anything else to something else, a recovery. */
function stateOf(now: TestCase, before: TestCase | undefined): TestState {
  if (!before) return 'ADDED';
  if (now.action === before.action) return 'UNCHANGED';
  return before.action === 'success' ? 'REGRESSED' : 'RECOVERED';
}

function compared(one: TestCase, state: TestState): ComparedCase {
  return { ...one, state, regression: state === 'REGRESSED', successfix: state === 'RECOVERED' };
}

function byKey(testcases: readonly TestCase[]): ReadonlyMap<string, TestCase> {
  return new Map(testcases.map((one) => [`${one.classname}:${one.name}`, one]));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
