import * as z from 'zod';
import { LabwrightError } from '../util/errors.ts';
import { type ComponentFilter, type FieldFilter, parseComponentEntry } from './component-entry.ts';

/** A component of the control server, as far as selecting one needs it. */
export interface CatalogueComponent {
  readonly id: string;
  readonly topic: string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly state: 'active' | 'inactive';
  readonly tags: readonly string[];
  /** ISO 8601, UTC. */
  readonly releasedAt: string;
  readonly createdAt: string;
}

/** DCI's map form. */
const PriorityEntry = z.object({ type: z.string(), priority_tags: z.array(z.string()).default([]), max_age: z.number().min(0).optional() });
type PriorityEntry = z.output<typeof PriorityEntry>;

/** An entry of a job's `components`, read. */
export type ComponentEntry = { readonly form: 'filter'; readonly filter: ComponentFilter } | { readonly form: 'priority'; readonly priority: PriorityEntry };

const DAY_MS = 24 * 60 * 60 * 1000;

/** @throws LabwrightError `bad_input` for an entry in neither form. */
export function readComponentEntry(entry: unknown): ComponentEntry {
  if (typeof entry === 'string') return { form: 'filter', filter: parseComponentEntry(entry) };
  const priority = PriorityEntry.safeParse(entry);
  if (priority.success) return { form: 'priority', priority: priority.data };
  throw new LabwrightError('bad_input', 'a component is text or a map with type', {
    hint: 'write ocp, ocp=4.18.1, ocp?tags:build:ga, or {type: ocp, priority_tags: [build:ga]}',
  });
}

/**
 * The one component of a topic that an entry means: the newest by release date for the string form; for the map form the
 * newest by creation date that has the first tag any component has.
 *
 * @param components those of the job's topic.
 * @param nowMs what `max_age` (days) counts from.
 * @returns undefined when there is none: the job must not be created.
 */
export function selectComponent(entry: ComponentEntry, components: readonly CatalogueComponent[], nowMs: number): CatalogueComponent | undefined {
  if (entry.form === 'filter') {
    const { filter } = entry;
    return newest(
      components.filter((one) => matches(filter, one)),
      'releasedAt',
    );
  }
  const { type, priority_tags: tags, max_age: maxAge } = entry.priority;
  // The server compares with the beginning of that day.
  const since = maxAge === undefined ? '' : new Date(nowMs - maxAge * DAY_MS).toISOString().slice(0, 10);
  const all = components.filter((one) => one.type === type && one.createdAt >= since);
  if (tags.length === 0) return newest(all, 'createdAt');
  const wanted = tags.find((tag) => all.some((one) => one.tags.includes(tag)));
  const having = all.filter((one) => wanted !== undefined && one.tags.includes(wanted));
  return newest(having, 'createdAt');
}

function matches({ type, activeOnly, fields, tags, builds }: ComponentFilter, component: CatalogueComponent): boolean {
  return (
    component.type === type &&
    (!activeOnly || component.state === 'active') &&
    fields.every((field) => fieldMatches(field, component)) &&
    tags.every((tag) => component.tags.includes(tag)) &&
    (builds.length === 0 || builds.some((tag) => component.tags.includes(tag)))
  );
}

function fieldMatches({ key, operator, value }: FieldFilter, component: CatalogueComponent): boolean {
  const found = Object.hasOwn(component, key) ? component[key as keyof CatalogueComponent] : undefined;
  if (typeof found !== 'string') return false;
  if (operator === 'eq') return found === value;
  const pattern = value.split('%').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${pattern.join('.*')}$`, 'is').test(found);
}

function newest(components: readonly CatalogueComponent[], key: 'releasedAt' | 'createdAt'): CatalogueComponent | undefined {
  return components.toSorted((a, b) => (a[key] < b[key] ? 1 : a[key] > b[key] ? -1 : 0))[0];
}
