/** A test case as a JUnit file has it. */
export interface JunitCase {
  readonly classname: string;
  readonly name: string;
  readonly seconds: number;
  /** Why it failed; absent when it passed. */
  readonly failure?: { readonly type: string; readonly message: string };
}

/** A JUnit file with one suite, as control servers read it. */
export function renderJunit(suite: string, cases: readonly JunitCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  const head = `<testsuite name="${escaped(suite)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0" time="${seconds.toFixed(3)}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...cases.map(caseElement), '</testsuite>', ''].join('\n');
}

function caseElement({ classname, name, seconds, failure }: JunitCase): string {
  const head = `  <testcase classname="${escaped(classname)}" name="${escaped(name)}" time="${seconds.toFixed(3)}"`;
  if (failure === undefined) return `${head}/>`;
  const { type, message } = failure;
  return `${head}><failure type="${escaped(type)}" message="${escaped(message)}">${escaped(message)}</failure></testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' };

/** Control characters have no place in XML 1.0. */
function escaped(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '').replaceAll(/[&<>"\n]/g, (one) => ENTITIES[one] ?? one);
}
