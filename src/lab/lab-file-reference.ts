import * as z from 'zod';
import { LAB_FILE_EXAMPLES, LabFile, LabPartFile } from './lab-file.ts';

/** The part of JSON Schema that zod prints for lab files. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The lab file as JSON Schema, as a user writes it: before defaults and units. */
export function labFileSchema(): Readonly<Record<string, unknown>> {
  return { title: 'labwright lab file', ...z.toJSONSchema(LabFile, { io: 'input' }) };
}

/** The same of a file in `lab.d`. */
export function labPartSchema(): Readonly<Record<string, unknown>> {
  return { title: 'labwright lab file, a part', ...z.toJSONSchema(LabPartFile, { io: 'input' }) };
}

const INTRODUCTION = `# Lab file

Made by \`labwright lab schema --markdown\` from the schema that \`lab plan\` checks; \`labwright lab schema\` prints it for editors. Names that you choose
are written NAME. Sizes are MiB, GiB or TiB with their unit. \`labwright lab import\` makes a lab file out of DCI's inventories.

A lab may be written in several files: the maps \`networks\`, \`servers\`, \`hosts\`, \`clusters\` and \`profiles\` of each file in \`lab.d\`, by name, are added to
those of \`lab.yml\` beside it. A name in two files is an error; nothing overrides anything.
`;

/** \`docs/lab-file.md\`: each map of the file as a table of its keys. */
export function labFileReference(): string {
  const tables = sectionsOf([], labFileSchema() as Schema).map(
    ({ path, schema }) => `## ${path.length === 0 ? 'The file' : `\`${path.join('.')}\``}\n\n${table(path, schema)}`,
  );
  return `${INTRODUCTION}\n${tables.join('\n')}`;
}

interface Section {
  readonly path: readonly string[];
  readonly schema: Schema;
}

function sectionsOf(path: readonly string[], schema: Schema): Section[] {
  if (schema.properties) return [{ path, schema }, ...Object.entries(schema.properties).flatMap(([key, one]) => sectionsOf([...path, key], one))];
  if (isSchema(schema.additionalProperties)) return sectionsOf([...path, 'NAME'], schema.additionalProperties);
  if (schema.items) return sectionsOf([...path.slice(0, -1), `${path.at(-1)}[]`], schema.items);
  return [];
}

function table(path: readonly string[], { properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([key, one]) => {
    const need = required.includes(key) ? 'required' : one.default === undefined ? '' : `\`${JSON.stringify(one.default).replaceAll('"', '')}\``;
    const example = LAB_FILE_EXAMPLES[[...path, key].map((part) => (part === 'NAME' ? '*' : part)).join('.')];
    const meaning = [one.description, example === undefined ? undefined : `\`${example}\``].filter((text) => text !== undefined).join('; ');
    return `| \`${key}\` | ${typeOf(one)} | ${need} | ${meaning.replaceAll('|', '\\|')} |\n`;
  });
  return `| key | value | default | meaning |\n|---|---|---|---|\n${rows.join('')}`;
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((one) => `\`${String(one)}\``).join(', ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(schema.anyOf.every((one) => one.const !== undefined) ? ', ' : ' or ');
  switch (schema.type ?? 'string') {
    case 'array':
      return `list of ${plural(typeOf(schema.items ?? {}))}`;
    case 'object':
      return isSchema(schema.additionalProperties) ? 'map by name' : 'map';
    case 'integer':
    case 'number':
      return `number${bounds(schema)}`;
    case 'boolean':
      return '`true`, `false`';
    default:
      return 'text';
  }
}

function plural(type: string): string {
  return type === 'map' ? 'maps' : type === 'text' ? 'texts' : type;
}

/** JSON Schema has the largest safe integer where zod has no bound. */
function bounds({ minimum, maximum }: Schema): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (low !== undefined && high !== undefined) return `, ${low} to ${high}`;
  return low === undefined ? '' : `, ${low} or more`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}
