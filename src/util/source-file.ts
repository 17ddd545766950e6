import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, type Document, type Node, type YAMLError } from 'yaml';
import type { ZodType } from 'zod';
import type { Diagnostic } from './diagnostic.ts';
import type { FilePosition } from './errors.ts';

export type KeyPath = readonly (string | number)[];

/** A YAML file as the user wrote it: values, and where each of them stands. */
export interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
  readonly value: unknown;
  /** Where the value at `keys` stands, or the nearest one above it that exists. */
  at(keys: KeyPath): FilePosition;
  /** Where the key itself stands: for unknown and misplaced keys. */
  atKey(keys: KeyPath): FilePosition;
  /** The scalar as it was typed: `4.20` is not 4.2. */
  rawText(keys: KeyPath): string | undefined;
}

export interface Parsed<T> {
  readonly value: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** YAML 1.2, one document, unique keys. Never throws for what the user wrote. */
export function parseSource(path: string, text: string): Parsed<SourceFile> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, merge: true, prettyErrors: false });
  const diagnostics = [...document.errors, ...document.warnings].map((error) => yamlDiagnostic(path, counter, error));
  const failed = diagnostics.some((one) => one.severity === 'error');
  return { value: failed ? undefined : sourceFile(path, text, document, counter), diagnostics };
}

/** Checks a file against a schema; each issue becomes a diagnostic at the value (or key) it is about. */
export function checkShape<T>(schema: ZodType<T>, file: SourceFile): Parsed<T> {
  const result = schema.safeParse(file.value);
  if (result.success) return { value: result.data, diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  for (const issue of result.error.issues) {
    const keys = issue.path.filter((key) => typeof key !== 'symbol');
    const where = keys.length === 0 ? 'the file' : keys.join('.');
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        diagnostics.push({
          id: 'unknown-key',
          severity: 'error',
          message: `unknown key "${key}" in ${where}`,
          hint: 'remove it, or check its spelling',
          at: file.atKey([...keys, key]),
        });
      }
    } else {
      diagnostics.push({ id: 'wrong-shape', severity: 'error', message: `${where}: ${issue.message}`, at: file.at(keys) });
    }
  }
  return { value: undefined, diagnostics };
}

function sourceFile(path: string, text: string, document: Document, counter: LineCounter): SourceFile {
  const position = (offset: number): FilePosition => {
    const { line, col } = counter.linePos(offset);
    return { path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const nearest = (keys: KeyPath): Node | null => {
    for (let length = keys.length; length >= 0; length--) {
      const node = document.getIn(keys.slice(0, length), true);
      if (isNode(node) && node.range) return node;
    }
    return document.contents;
  };
  return {
    path,
    lines: text.split('\n'),
    value: document.toJS() as unknown,
    at: (keys) => position(nearest(keys)?.range?.[0] ?? 0),
    atKey(keys) {
      const parent = document.getIn(keys.slice(0, -1), true);
      const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(keys.at(-1))) : undefined;
      return position((isNode(pair?.key) ? pair.key.range?.[0] : undefined) ?? nearest(keys)?.range?.[0] ?? 0);
    },
    rawText(keys) {
      const node = keys.length === 0 ? document.contents : document.getIn(keys, true);
      if (!isNode(node) || isCollection(node) || !node.range) return undefined;
      return text.slice(node.range[0], node.range[1]);
    },
  };
}

function yamlDiagnostic(path: string, counter: LineCounter, error: YAMLError): Diagnostic {
  const { line, col } = counter.linePos(error.pos[0]);
  const duplicate = error.code === 'DUPLICATE_KEY';
  return {
    id: duplicate ? 'duplicate-key' : 'yaml-syntax',
    severity: error.name === 'YAMLWarning' ? 'warning' : 'error',
    message: duplicate ? 'this key is already in the same map' : error.message.split('\n')[0]!,
    hint: duplicate ? 'remove or rename one of the two' : 'check indentation, colons and quotes on this line',
    at: { path, line: Math.max(1, line), column: Math.max(1, col) },
  };
}
