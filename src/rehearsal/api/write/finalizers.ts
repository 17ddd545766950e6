import { PREFIX_RULE, SUBDOMAIN } from './dns-names.ts';
import { list } from '../json.ts';
import type { Json } from '../json.ts';
import type { Resource } from '../kinds/resource.ts';
import type { Cause } from '../status-error.ts';

/** Finalizers are qualified names: the part before the slash is a DNS subdomain. */
export function checkFinalizers(metadata: Json): Cause[] {
  return finalizersIn(metadata)
    .filter((one) => one.includes('/') && !new RegExp(`^${SUBDOMAIN}$`).test(one.slice(0, one.indexOf('/'))))
    .map((one) => ({ reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(one)}: ${PREFIX_RULE}`, field: 'metadata.finalizers' }));
}

/** A custom resource's finalizer without a domain is stored, with a warning. @returns texts for Warning headers. */
export function finalizerWarnings(resource: Resource, metadata: Json): readonly string[] {
  if (!resource.custom) return [];
  return finalizersIn(metadata)
    .filter((one) => !one.includes('/'))
    .map(
      (one) =>
        `metadata.finalizers: ${JSON.stringify(one)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );
}

function finalizersIn(metadata: Json): readonly string[] {
  return list(metadata, 'finalizers').filter((one) => typeof one === 'string');
}
