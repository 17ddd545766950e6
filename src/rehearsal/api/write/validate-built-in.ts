import { isDeepStrictEqual } from 'node:util';
import { DEFINITION } from '../kinds/built-ins.ts';
import { goJsonError } from './go-json.ts';
import { isJson, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Resource } from '../kinds/resource.ts';
import type { Cause } from '../status-error.ts';
import { webhookCauses } from '../webhooks/webhook-causes.ts';
import { definitionCauses } from '../schema/validate-definition.ts';

const KEY = '[-._a-zA-Z0-9]+';
const KEY_RULE = `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '${KEY}')`;
const DATA_BYTES = 1_048_576;

/** Rules of Secrets, ConfigMaps and definitions; other built-in kinds have none here. */
export function builtInCauses(resource: Resource, object: Json, old: Json | undefined): Cause[] {
  if (resource === DEFINITION) return definitionCauses(object);
  if (resource.group === 'admissionregistration.k8s.io') return webhookCauses(object);
  if (resource.group !== '') return [];
  if (resource.kind === 'Secret') return [...secretCauses(object), ...(old === undefined ? [] : secretChanges(object, old))];
  if (resource.kind === 'ConfigMap') return [...configMapCauses(object), ...(old === undefined ? [] : frozen(object, old, ['data', 'binaryData']))];
  return [];
}

const required = (field: string): Cause => ({ reason: 'FieldValueRequired', message: 'Required value', field });
const invalid = (field: string, value: string, why: string): Cause => ({ reason: 'FieldValueInvalid', message: `Invalid value: "${value}": ${why}`, field });

function keyCauses(values: Json, member: string): Cause[] {
  return Object.keys(values).flatMap((key) => {
    const field = `${member}[${key}]`;
    if (key.length > 253) return [invalid(field, key, 'must be no more than 253 characters')];
    if (!new RegExp(`^${KEY}$`).test(key)) return [invalid(field, key, KEY_RULE)];
    if (key === '.' || key === '..') return [invalid(field, key, `must not be '${key}'`)];
    return key.startsWith('..') ? [invalid(field, key, "must not start with '..'")] : [];
  });
}

function tooLong(values: readonly Json[], field: string): Cause[] {
  let size = 0;
  for (const one of values) for (const value of Object.values(one)) size += Buffer.byteLength(String(value));
  return size > DATA_BYTES ? [{ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${DATA_BYTES} bytes`, field }] : [];
}

function configMapCauses(object: Json): Cause[] {
  const [data, binary] = [member(object, 'data'), member(object, 'binaryData')];
  const twice = Object.keys(data)
    .filter((key) => Object.hasOwn(binary, key))
    .map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
  return [...keyCauses(data, 'data'), ...keyCauses(binary, 'binaryData'), ...twice, ...tooLong([data, binary], '')];
}

function secretCauses(object: Json): Cause[] {
  const data = member(object, 'data');
  const missing = (...keys: readonly string[]): Cause[] => keys.filter((key) => data[key] === undefined).map((key) => required(`data[${key}]`));
  const json = (key: string): Cause[] => {
    if (data[key] === undefined) return missing(key);
    const error = goJsonError(Buffer.from(text(data, key), 'base64').toString('utf8'));
    return error === undefined ? [] : [invalid(`data[${key}]`, '<secret contents redacted>', error)];
  };
  const own = [...keyCauses(data, 'data'), ...tooLong([data], 'data')];
  switch (object['type']) {
    case 'kubernetes.io/dockerconfigjson':
      return [...own, ...json('.dockerconfigjson')];
    case 'kubernetes.io/dockercfg':
      return [...own, ...json('.dockercfg')];
    case 'kubernetes.io/basic-auth':
      return data['username'] === undefined && data['password'] === undefined ? [...own, ...missing('username', 'password')] : own;
    case 'kubernetes.io/ssh-auth':
      return [...own, ...missing('ssh-privatekey')];
    case 'kubernetes.io/tls':
      return [...own, ...missing('tls.crt', 'tls.key')];
    case 'kubernetes.io/service-account-token': {
      const name = 'kubernetes.io/service-account.name';
      return member(member(object, 'metadata'), 'annotations')[name] === undefined ? [...own, required(`metadata.annotations[${name}]`)] : own;
    }
    default:
      return own;
  }
}

function secretChanges(object: Json, old: Json): Cause[] {
  const type = object['type'] === old['type'] ? [] : [invalid('type', text(object, 'type'), 'field is immutable')];
  return [...type, ...frozen(object, old, ['data'])];
}

/** What may not change once `immutable` is set. */
function frozen(object: Json, old: Json, members: readonly string[]): Cause[] {
  if (old['immutable'] !== true) return [];
  const forbidden = (field: string): Cause => ({ reason: 'FieldValueForbidden', message: 'Forbidden: field is immutable when `immutable` is set', field });
  return [
    ...(object['immutable'] === true ? [] : [forbidden('immutable')]),
    ...members.filter((key) => !isDeepStrictEqual(orEmpty(object[key]), orEmpty(old[key]))).map(forbidden),
  ];
}

function orEmpty(value: unknown): Json {
  return isJson(value) ? value : {};
}
