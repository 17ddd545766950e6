import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { valuesAt } from './json-path.ts';
import type { Resource } from '../kinds/resource.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  readonly cell: (object: Json, nowMs: number) => unknown;
}

const CREATED = '.metadata.creationTimestamp';

/** Kubernetes' own description of a name, which a table repeats. */
const NAME =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';

/** The columns of a kind's table: its name, and what its definition says; age when it says nothing. */
export function columnsOf(resource: Resource): readonly Column[] {
  const name: Column = { name: 'Name', type: 'string', format: 'name', description: NAME, priority: 0, cell: (object) => member(object, 'metadata')['name'] };
  return [name, ...(resource.custom ? declared(resource) : builtIn(resource))];
}

function declared(resource: Resource): Column[] {
  const columns = list(resource.declared, 'additionalPrinterColumns').filter(isJson);
  const shown = columns.length > 0 ? columns : [{ name: 'Age', type: 'date', jsonPath: CREATED }];
  return shown.map((one) => {
    const [path, type] = [text(one, 'jsonPath'), text(one, 'type')];
    return {
      name: text(one, 'name'),
      type,
      format: text(one, 'format'),
      description: text(one, 'description') || `Custom resource definition column (in JSONPath format): ${path}`,
      priority: typeof one['priority'] === 'number' ? one['priority'] : 0,
      cell: (object, nowMs) => cellAt(object, path, type, nowMs),
    };
  });
}

function cellAt(object: Json, path: string, type: string, nowMs: number): unknown {
  const [value] = valuesAt(object, path);
  if (value === undefined) return null;
  if (type === 'date') return typeof value === 'string' ? age(value, nowMs) : '<unknown>';
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  if (type === 'string') return typeof value === 'string' ? value : JSON.stringify(value);
  return value;
}

function builtIn({ group, kind }: Resource): Column[] {
  const column = (name: string, type: string, cell: Column['cell']): Column => ({ name, type, format: '', description: '', priority: 0, cell });
  const sized = (...members: readonly string[]): Column =>
    column('Data', 'integer', (object) => members.map((key) => Object.keys(member(object, key)).length).reduce((a, b) => a + b, 0));
  const ageColumn = column('Age', 'string', (object, nowMs) => age(text(member(object, 'metadata'), 'creationTimestamp'), nowMs));
  if (group !== '') return [{ ...ageColumn, name: 'Created At', type: 'date', cell: (object) => member(object, 'metadata')['creationTimestamp'] }];
  if (kind === 'Secret') return [column('Type', 'string', (object) => object['type']), sized('data'), ageColumn];
  if (kind === 'ConfigMap') return [sized('data', 'binaryData'), ageColumn];
  if (kind === 'Namespace') return [column('Status', 'string', (object) => member(object, 'status')['phase']), ageColumn];
  return [ageColumn];
}

const UNITS: readonly (readonly [suffix: string, seconds: number])[] = [
  ['y', 31_536_000],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
];

/** The age of a timestamp as people read it: `42s`, `5m10s`, `3h`, `12d` (apimachinery's HumanDuration). */
export function age(timestamp: string, nowMs: number): string {
  const then = Date.parse(timestamp);
  if (Number.isNaN(then)) return '<unknown>';
  const seconds = Math.max(0, Math.floor((nowMs - then) / 1000));
  if (seconds < 120) return `${seconds}s`;
  const parts = (big: number, small: number): string => {
    const [bigUnit, smallUnit] = [UNITS[big], UNITS[small]];
    const whole = Math.floor(seconds / (bigUnit?.[1] ?? 1));
    const rest = Math.floor((seconds % (bigUnit?.[1] ?? 1)) / (smallUnit?.[1] ?? 1));
    return `${whole}${bigUnit?.[0]}${rest === 0 ? '' : `${rest}${smallUnit?.[0]}`}`;
  };
  if (seconds < 600) return parts(3, 4);
  if (seconds < 10_800) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 28_800) return parts(2, 3);
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)}h`;
  if (seconds < 691_200) return parts(1, 2);
  if (seconds < 63_072_000) return `${Math.floor(seconds / 86_400)}d`;
  return seconds < 252_288_000 ? parts(0, 1) : `${Math.floor(seconds / 31_536_000)}y`;
}
