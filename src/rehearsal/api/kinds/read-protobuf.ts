import type { Json } from '../json.ts';
import { MESSAGES } from './protobuf-kinds.ts';
import type { Message } from './protobuf-kinds.ts';

/** Four bytes before every protobuf body of Kubernetes. */
const MAGIC = Buffer.from('k8s\0');

const TYPE: Message = { 1: ['apiVersion', 'string'], 2: ['kind', 'string'] };

/** An object sent as application/vnd.kubernetes.protobuf; undefined when its kind is not one of MESSAGES or it is none. */
export function readProtobuf(body: Buffer): Json | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) return undefined;
  const fields = wireFields(body.subarray(4));
  const type = fields.find(({ number }) => number === 1);
  const raw = fields.find(({ number }) => number === 2);
  if (!Buffer.isBuffer(type?.value)) return undefined;
  const { apiVersion, kind } = message(type.value, TYPE);
  const known = typeof kind === 'string' ? MESSAGES[kind] : undefined;
  if (known === undefined) return undefined;
  const object = message(Buffer.isBuffer(raw?.value) ? raw.value : Buffer.alloc(0), known);
  return { apiVersion, kind, ...object };
}

interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

/** The fields of a message in their order (protobuf.dev, "Encoding"). */
function wireFields(bytes: Buffer): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const value = wire === 0 ? varint() : wire === 2 ? take(Number(varint())) : take(wire === 1 ? 8 : 4);
    fields.push({ number: tag >> 3, value });
  }
  return fields;
}

function message(bytes: Buffer, fields: Message): Json {
  const object: Json = {};
  for (const { number, value } of wireFields(bytes)) {
    const [name, type] = fields[number] ?? [undefined, ''];
    if (name === undefined) continue;
    const before = object[name];
    if (type.endsWith('[]')) {
      object[name] = [...(Array.isArray(before) ? (before as unknown[]) : []), scalar(value, type.slice(0, -2))];
    } else if (type.startsWith('map:')) {
      const { key, entry } = message(value as Buffer, { 1: ['key', 'string'], 2: ['entry', type.slice(4)] });
      object[name] = { ...(before as Json | undefined), [String(key)]: entry ?? '' };
    } else {
      const one = scalar(value, type);
      // Go writes empty text and zero times of fields that JSON leaves out.
      if (one !== '' && one !== undefined) object[name] = one;
    }
  }
  return object;
}

function scalar(value: bigint | Buffer, type: string): unknown {
  if (typeof value === 'bigint') return type === 'boolean' ? value !== 0n : Number(BigInt.asIntN(64, value));
  if (type === 'string') return value.toString('utf8');
  if (type === 'bytes') return value.toString('base64');
  if (type === 'time') {
    const { seconds } = message(value, { 1: ['seconds', 'integer'] });
    return typeof seconds === 'number' && seconds > 0 ? `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z` : undefined;
  }
  return message(value, MESSAGES[type] ?? {});
}
