import { atomOf, elementOf, fieldOf, itemsOf } from './field-type.ts';
import type { FieldType, ListType } from './field-type.ts';
import { shownElement } from './field-set.ts';
import { isJson } from '../json.ts';

/** What makes an applied object unfit for its type, as `.spec.x: field not declared in schema`; empty when nothing does. */
export function mistakesInApplied(value: unknown, type: FieldType, path = ''): string[] {
  const atom = atomOf(type, value);
  if (value === null || value === undefined) return [];
  if (atom.kind === 'scalar') {
    const wrong = wrongScalar(value, atom.scalar);
    return wrong === undefined ? [] : [`${path}: ${wrong}`];
  }
  if (atom.kind === 'map') {
    if (!isJson(value)) return [`${path}: expected map, got &{${goValue(value)}}`];
    return Object.entries(value).flatMap(([key, one]) => {
      const declared = isJson(atom.properties[key]) || atom.element !== undefined;
      return declared ? mistakesInApplied(one, fieldOf(atom, key), `${path}.${key}`) : [`${path}.${key}: field not declared in schema`];
    });
  }
  if (!Array.isArray(value)) return [`${path}: expected list, got &{${goValue(value)}}`];
  return mistakesInItems(value, atom, path);
}

function mistakesInItems(values: readonly unknown[], type: ListType, path: string): string[] {
  const items = itemsOf(type);
  if (type.relation === 'atomic') return values.flatMap((item, index) => mistakesInApplied(item, items, `${path}[${index}]`));
  const seen = new Set<string>();
  return values.flatMap((item, index) => {
    const element = elementOf(type, item);
    if (element === undefined) {
      const keys = type.keys.map((key) => JSON.stringify(key)).join(' ');
      return [
        `${path}: element ${index}: associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`,
      ];
    }
    if (seen.has(element)) return [`${path}: duplicate entries for key ${shownElement(element)}`];
    seen.add(element);
    return mistakesInApplied(item, items, `${path}${shownElement(element)}`);
  });
}

/** In structured-merge-diff's words, which print Go values. */
function wrongScalar(value: unknown, scalar: 'numeric' | 'string' | 'boolean' | 'untyped'): string | undefined {
  if (scalar === 'numeric' && typeof value !== 'number') return `expected numeric (int or float), got ${goType(value)}`;
  if (scalar === 'string' && typeof value !== 'string') return `expected string, got &value.valueUnstructured{Value:${goValue(value)}}`;
  if (scalar === 'boolean' && typeof value !== 'boolean') return `expected boolean, got &{${goValue(value)}}`;
  if (scalar === 'untyped' && typeof value === 'object') return `expected any scalar, got &{${goValue(value)}}`;
  return undefined;
}

function goType(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return '[]interface {}';
  return isJson(value) ? 'map[string]interface {}' : 'string';
}

function goValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
