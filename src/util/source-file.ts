import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, type Document, type Node, type YAMLError } from 'yaml';
import type { Diagnostic } from './diagnostic.ts';
import { messageOf, type FilePosition } from './errors.ts';

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

/** More than any file a person writes: 10,000 machines take about 100 KiB. */
export const MAX_SOURCE_BYTES = 8 * 1024 * 1024;

/** YAML 1.2, one document, unique keys. Never throws for what the user wrote. */
export function parseSource(path: string, text: string): Parsed<SourceFile> {
  if (text.includes('\0')) return refused(path, 'not-text', 'this is not a text file', 'name a YAML file');
  if (text.length > MAX_SOURCE_BYTES) return refused(path, 'too-large', 'the file is larger than 8 MiB', 'name the file you meant, or split it');
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, merge: true, prettyErrors: false, logLevel: 'error' });
  // After the first error of syntax the rest are its echoes.
  const syntax = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  const errors = document.errors.filter((error) => error.code === 'DUPLICATE_KEY' || error === syntax);
  const diagnostics = [...errors, ...document.warnings].map((error) => yamlDiagnostic(path, counter, error));
  if (diagnostics.some((one) => one.severity === 'error')) return { value: undefined, diagnostics };
  try {
    return { value: sourceFile(path, text, document, counter), diagnostics };
  } catch (error) {
    // The parser takes any alias; only reading the value counts how often they unfold.
    return refused(path, 'yaml-aliases', `aliases cannot be resolved: ${messageOf(error)}`, 'write the values out instead of using * and &');
  }
}

function refused(path: string, id: string, message: string, hint: string): Parsed<SourceFile> {
  return { value: undefined, diagnostics: [{ id, severity: 'error', message, hint, at: { path, line: 1, column: 1 } }] };
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

const YAML_HINTS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'remove or rename one of the two',
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'keep one document in the file: remove the lines ---',
};

function yamlDiagnostic(path: string, counter: LineCounter, error: YAMLError): Diagnostic {
  const { line, col } = counter.linePos(error.pos[0]);
  const duplicate = error.code === 'DUPLICATE_KEY';
  return {
    id: duplicate ? 'duplicate-key' : 'yaml-syntax',
    severity: error.name === 'YAMLWarning' ? 'warning' : 'error',
    message: duplicate ? 'this key is already in the same map' : error.message.split('\n')[0]!,
    hint: YAML_HINTS[error.code] ?? 'check indentation, colons, quotes and brackets on this line and the one before',
    at: { path, line: Math.max(1, line), column: Math.max(1, col) },
  };
}
