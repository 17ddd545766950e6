import * as z from 'zod';
import { LabwrightError } from '../../util/errors.ts';
import { readTextFile } from '../../util/read-text-file.ts';

const MAX_CASE_BYTES = 32 * 2 ** 20;
const HINT = 'name a file of recorded behaviour: one case, with its inputs and what happened to them';

const Item = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const Change = z.union([
  z.looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string() })) }),
  z.looseObject({ field: z.string(), value: z.unknown() }),
  z.looseObject({ event: z.enum(['created', 'deleted']) }),
  z.looseObject({ conditions_removed: z.array(z.string()) }),
  z.looseObject({ action: z.string() }),
]);
const Times = z.array(z.looseObject({ t_ms: z.number() })).optional();
const Fields = z.looseObject({
  case: z.string().min(1),
  program: z.string().optional(),
  inputs: z.array(Item),
  final: z.looseObject({ objects: z.array(Item) }).optional(),
  script: z.array(z.looseObject({ do: z.string() })).optional(),
  timeline: z.array(z.looseObject({ t_ms: z.number(), kind: z.string(), name: z.string(), change: Change.optional() })).optional(),
  conditionTimeline: Times,
  metadataTimeline: Times,
  objectTimeline: Times,
  refusals: z.array(z.looseObject({ name: z.string(), status: z.number() })).optional(),
});
const Case = Fields.refine(hasOutcome, {
  error: 'it does not say what happened: timeline, or conditionTimeline, metadataTimeline and objectTimeline, or refusals',
});

function hasOutcome(one: z.infer<typeof Fields>): boolean {
  return Boolean(one.timeline ?? one.refusals ?? (one.conditionTimeline && one.metadataTimeline && one.objectTimeline));
}

/** A case of `recorded/`: what all have in common. The players know their own members. */
export type RecordedCase = z.infer<typeof Case>;

/** The objects that were left when the recording ended. */
export function leftBy({ final }: RecordedCase): RecordedCase['inputs'] {
  return final?.objects ?? [];
}

/** @throws LabwrightError `bad_input`, with the file and why, when it is no recorded case. */
export async function readCase(path: string): Promise<RecordedCase> {
  const text = await readTextFile(path, { maxBytes: MAX_CASE_BYTES, hint: HINT });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LabwrightError('bad_input', `${path}: this is not JSON: ${(cause as Error).message}`, { cause, hint: HINT });
  }
  const { data, error } = Case.safeParse(value);
  if (data) return data;
  const { path: keys, message } = error.issues[0]!;
  throw new LabwrightError('bad_input', `${path}: this is no recorded case: ${keys.length > 0 ? `${keys.join('.')}: ` : ''}${message}`, { hint: HINT });
}
