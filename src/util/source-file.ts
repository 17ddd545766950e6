import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseAllDocuments,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Tags,
  type YAMLError,
} from 'yaml';
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

/** How a file is read where it is not YAML 1.2 as we write it: Ansible's files are YAML 1.1 with tags of their own. */
export interface Dialect {
  readonly version: '1.1' | '1.2';
  readonly customTags: (tags: Tags) => Tags;
}

/** YAML 1.2 unless told otherwise, one document, unique keys. Never throws for what the user wrote. */
export function parseSource(path: string, text: string, dialect?: Dialect): Parsed<SourceFile> {
  const refusal = unreadable(path, text);
  if (refusal !== undefined) return refusal;
  const counter = new LineCounter();
  return read(path, text, parseDocument(text, { ...OPTIONS, ...dialect, lineCounter: counter }), counter);
}

/** The same for a file of several documents between `---` lines; empty ones are left out. Stops at the first that is wrong. */
export function parseSources(path: string, text: string, dialect?: Dialect): Parsed<readonly SourceFile[]> {
  const refusal = unreadable(path, text);
  if (refusal !== undefined) return refusal;
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { ...OPTIONS, ...dialect, lineCounter: counter });
  const files: SourceFile[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const document of 'empty' in documents ? [] : documents) {
    const parsed = read(path, text, document, counter);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.value === undefined) return { value: undefined, diagnostics };
    if (parsed.value.value !== null) files.push(parsed.value);
  }
  return { value: files, diagnostics };
}

const OPTIONS = { uniqueKeys: false, merge: true, prettyErrors: false, logLevel: 'error' } as const;

function unreadable(path: string, text: string): Parsed<never> | undefined {
  if (text.includes('\0')) return refused(path, 'not-text', 'this is not a text file', 'name a YAML file');
  if (text.length > MAX_SOURCE_BYTES) return refused(path, 'too-large', 'the file is larger than 8 MiB', 'name the file you meant, or split it');
  return undefined;
}

function read(path: string, text: string, document: Document, counter: LineCounter): Parsed<SourceFile> {
  // After the first error of syntax the rest are its echoes.
  const diagnostics = [...document.errors.slice(0, 1), ...document.warnings].map((error) => yamlDiagnostic(path, counter, error));
  diagnostics.push(...badKeys(path, counter, document));
  if (diagnostics.some((one) => one.severity === 'error')) return { value: undefined, diagnostics };
  try {
    return { value: sourceFile(path, text, document, counter), diagnostics };
  } catch (error) {
    // The parser takes any alias; only reading the value counts how often they unfold.
    return refused(path, 'yaml-aliases', `aliases cannot be resolved: ${messageOf(error)}`, 'write the values out instead of using * and &');
  }
}

function refused(path: string, id: string, message: string, hint: string): Parsed<never> {
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

/** Keys given twice, and the one that JavaScript keeps. The parser's own check compares each key of a map with every other: too slow for a thousand clusters. */
function badKeys(path: string, counter: LineCounter, document: Document): Diagnostic[] {
  const found: Diagnostic[] = [];
  visit(document, {
    Map(_key, map) {
      const lines = new Map<unknown, number>();
      for (const { key } of map.items) {
        if (!isScalar(key) || !key.range || key.value === '<<') continue;
        const { line, col: column } = counter.linePos(key.range[0]);
        if (key.value === '__proto__')
          // Whoever reads the map would lose it without a word.
          found.push({ id: 'reserved-key', severity: 'error', message: 'nothing can be called "__proto__"', hint: 'rename it', at: { path, line, column } });
        const first = lines.get(key.value);
        if (first === undefined) lines.set(key.value, line);
        else {
          const message = `key "${String(key.value)}" is already in the same map${first === line ? '' : `, on line ${first}`}`;
          found.push({ id: 'duplicate-key', severity: 'error', message, hint: 'remove or rename one of the two', at: { path, line, column } });
        }
      }
    },
  });
  return found;
}

const YAML_HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'keep one document in the file: remove the lines ---',
};

function yamlDiagnostic(path: string, counter: LineCounter, error: YAMLError): Diagnostic {
  const { line, col } = counter.linePos(error.pos[0]);
  return {
    id: 'yaml-syntax',
    severity: error.name === 'YAMLWarning' ? 'warning' : 'error',
    message: error.message.split('\n')[0]!,
    hint: YAML_HINTS[error.code] ?? 'check indentation, colons, quotes and brackets on this line and the one before',
    at: { path, line: Math.max(1, line), column: Math.max(1, col) },
  };
}
