import { DOMParser, type Element } from '@xmldom/xmldom';
import { HttpError } from '../../http-error.ts';

export type Action = 'success' | 'skipped' | 'error' | 'failure';

export interface TestCase {
  readonly name: string;
  readonly classname: string;
  /** Seconds. */
  readonly time: number;
  readonly action: Action;
  readonly message: string | null;
  readonly type: string | null;
  /** The text of what went wrong; empty for a success. */
  readonly value: string | null;
  readonly stdout: string | null;
  readonly stderr: string | null;
  readonly properties: readonly [];
}

export interface TestSuite {
  readonly name: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
  readonly testcases: readonly TestCase[];
}

/**
 * The suites of a JUnit file, inner ones before the outer, each with its own test cases only (reference/dci-control-server.md
 * §4.6). What a suite says of its counts is not believed.
 *
 * @throws HttpError 400 for text that is no XML; an empty file has no suites.
 */
export function parseJunit(text: string): readonly TestSuite[] {
  if (text.trim() === '') return [];
  const suites: TestSuite[] = [];
  collect(rootOf(text), suites);
  return suites;
}

function rootOf(text: string): Element {
  try {
    const document = new DOMParser({
      onError: (level, message) => {
        if (level !== 'warning') throw new Error(message);
      },
    }).parseFromString(text, 'text/xml');
    if (document.documentElement) return document.documentElement;
  } catch (error) {
    throw new HttpError(400, `Invalid XML: ${String(error instanceof Error ? error.message : error).split('\n')[0]}`, {}, { cause: error });
  }
  throw new HttpError(400, 'Invalid XML: no element');
}

function collect(element: Element, suites: TestSuite[]): void {
  const children = childrenOf(element);
  for (const child of children) if (child.tagName !== 'testcase') collect(child, suites);
  if (element.tagName !== 'testsuite') return;
  const properties = children
    .filter(({ tagName }) => tagName === 'properties')
    .flatMap(childrenOf)
    .map((property) => ({ name: property.getAttribute('name') ?? '', value: property.getAttribute('value') ?? '' }))
    .filter(({ name }) => name !== '');
  const testcases = children.filter(({ tagName }) => tagName === 'testcase').map(testCase);
  suites.push({ name: element.getAttribute('name') ?? '', properties, testcases });
}

/** The last of skipped, error and failure counts. */
function testCase(element: Element): TestCase {
  const children = childrenOf(element);
  const outcome = children.findLast(({ tagName }) => tagName === 'skipped' || tagName === 'error' || tagName === 'failure');
  const textOf = (name: string): string | null => children.findLast(({ tagName }) => tagName === name)?.textContent || null;
  const seconds = Number(element.getAttribute('time') || 0);
  return {
    name: element.getAttribute('name') ?? '',
    classname: element.getAttribute('classname') ?? '',
    time: Number.isFinite(seconds) ? seconds : 0,
    action: outcome ? (outcome.tagName as Action) : 'success',
    message: outcome?.getAttribute('message') ?? null,
    type: outcome?.getAttribute('type') ?? null,
    value: outcome ? outcome.textContent || null : '',
    stdout: textOf('system-out'),
    stderr: textOf('system-err'),
    properties: [],
  };
}

function childrenOf(element: Element): Element[] {
  return [...element.childNodes].filter((node): node is Element => node.nodeType === 1);
}
