import { columnsOf } from './columns.ts';
import { isJson, member } from '../json.ts';
import type { Json } from '../json.ts';
import type { Resource } from '../kinds/resource.ts';

export interface TableOptions {
  readonly resource: Resource;
  /** What stands in a row beside its cells: `None`, `Metadata` (default) or `Object`. */
  readonly includeObject: string;
  readonly nowMs: number;
}

/** meta.k8s.io/v1 Table of objects, as the command line shows them. @param metadata of the table: the list's own. */
export function tableOf(objects: readonly Json[], metadata: Json, { resource, includeObject, nowMs }: TableOptions): Json {
  const columns = columnsOf(resource);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, format, description, priority }) => ({ name, type, format, description, priority })),
    rows: objects.map((object) => ({ cells: columns.map(({ cell }) => cell(object, nowMs)), object: rowObject(object, includeObject) })),
  };
}

function rowObject(object: Json, includeObject: string): Json | null {
  if (includeObject === 'None') return null;
  return includeObject === 'Object' ? object : partialOf(object);
}

/** Nothing but the metadata. */
export function partialOf(object: Json): Json {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object['metadata'] };
}

/** A list with nothing but the metadata of its items. */
export function partialListOf(list: Json): Json {
  const items = Array.isArray(list['items']) ? list['items'].filter(isJson).map(partialOf) : [];
  const { continue: next, ...metadata } = member(list, 'metadata');
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: next === undefined || next === '' ? metadata : { ...metadata, continue: next },
    items,
  };
}
