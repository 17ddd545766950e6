import * as z from 'zod';
import { checkShape, type Examples } from '../../util/check-shape.ts';
import type { Diagnostic } from '../../util/diagnostic.ts';
import { hasErrors } from '../../util/diagnostic.ts';
import { isRecord } from '../../util/is-record.ts';
import type { Parsed, SourceFile } from '../../util/source-file.ts';
import { AXES, axesOf } from './axes.ts';
import { CHAIN_ACTIONS, checkChain } from './check-chain.ts';

const topic = z.string().regex(/^OCP-4\.\d+$/, 'write a topic as OCP-4.18');
const names = z.array(z.string());
const values = {
  hub: z.enum(AXES.hub),
  spoke: z.enum(AXES.spoke),
  infrastructure: z.enum(AXES.infrastructure),
  network: z.enum(AXES.network),
  implementation: z.enum(AXES.implementation),
  release: topic,
};
const axis = <T extends z.ZodType>(value: T) => z.array(value).min(1).optional();

const Shape = z.strictObject({
  matrix: z.string().min(1, 'write the name of the matrix'),
  lab: z.string().min(1, 'write the path of a lab file').optional(),
  topic,
  components: z.array(z.unknown()).default(['ocp']),
  axes: z.strictObject({
    hub: axis(values.hub),
    spoke: axis(values.spoke),
    infrastructure: axis(values.infrastructure),
    network: axis(values.network),
    implementation: axis(values.implementation),
    release: axis(values.release),
  }),
  chain: z.array(z.enum(CHAIN_ACTIONS)).min(1).default(['install', 'detach', 'attach', 'redeploy', 'detach']),
  clusters: names.optional(),
  cells: z.array(z.strictObject({ ...z.object(values).partial().shape, cluster: z.string() })).default([]),
  release: names.default([]),
});

const EXAMPLES: Examples = {
  '': 'matrix: ztp',
  matrix: 'matrix: ztp',
  lab: 'lab: pretty-lab/lab.yml',
  topic: 'topic: OCP-4.18',
  components: 'components: [ocp]',
  axes: 'axes: {hub: [sno, mno], spoke: [sno, mno]}',
  chain: 'chain: [install, detach, attach, redeploy, detach]',
  clusters: 'clusters: [sno1, mno1]',
  cells: 'cells: [{spoke: mno, cluster: mno1}]',
  'cells.*': '{spoke: mno, cluster: mno1}',
  'cells.*.cluster': 'cluster: mno1',
  release: 'release: [cluster1]',
};

/** A matrix of use cases as its file says it. Names of clusters are not looked up yet. */
export type Matrix = z.infer<typeof Shape>;

/** Is this the file of a matrix? A pipeline file is a list. */
export function isMatrix(file: SourceFile): boolean {
  return isRecord(file.value) && ('matrix' in file.value || 'axes' in file.value);
}

/** Reads a matrix file: axes and values that there are, a chain whose actions can follow one another. */
export function readMatrix(file: SourceFile): Parsed<Matrix> {
  const { value, diagnostics } = checkShape(Shape, file, EXAMPLES);
  if (!value) return { value, diagnostics };
  const found: Diagnostic[] = [...diagnostics, ...repeatedValues(value, file)];
  if (axesOf(value.axes).length === 0)
    found.push({ id: 'no-axis', severity: 'error', message: 'the matrix has no axis', hint: `write ${EXAMPLES['axes']}`, at: file.atKey(['axes']) });
  const wrong = checkChain(value.chain);
  if (wrong) found.push({ id: 'chain-order', severity: 'error', message: wrong.message, hint: wrong.hint, at: file.at(['chain', wrong.index]) });
  return { value: hasErrors(found) ? undefined : value, diagnostics: found };
}

function repeatedValues({ axes }: Matrix, file: SourceFile): Diagnostic[] {
  return axesOf(axes).flatMap((name) =>
    axes[name]!.flatMap((value, index): Diagnostic[] => {
      if (axes[name]!.indexOf(value as never) === index) return [];
      const at = file.at(['axes', name, index]);
      return [{ id: 'repeated-value', severity: 'error', message: `axis ${name} has ${value} twice`, hint: 'remove one of the two', at }];
    }),
  );
}
