import { checkShape } from '../../util/check-shape.ts';
import type { FilePosition } from '../../util/errors.ts';
import { isRecord } from '../../util/is-record.ts';
import { parseSource, type SourceFile } from '../../util/source-file.ts';
import { Kustomization, NOT_RENDERED } from './kustomization-file.ts';
import { refuse, type KustomizeRun } from './kustomize-run.ts';

export interface LoadedKustomization {
  /** Where its paths start from. */
  readonly folder: string;
  readonly file: SourceFile;
  readonly kustomization: Kustomization;
}

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The kustomization of a folder. Fields of kustomize that we do not render are refused where they stand. */
export function loadKustomization(run: KustomizeRun, folder: string, at: FilePosition): LoadedKustomization | undefined {
  const found = NAMES.map((name) => (folder === '' ? name : `${folder}/${name}`)).filter((path) => run.files.has(path));
  const [path] = found;
  if (path === undefined)
    return refuse(run, 'no-kustomization', `there is no kustomization.yaml in ${folder || 'the repository'}`, 'add one, or name another folder', at);
  if (found.length > 1)
    return refuse(run, 'many-kustomizations', `${found.join(' and ')} are two kustomizations`, 'remove one of them', { path, line: 1, column: 1 });
  const { value: file, diagnostics } = parseSource(path, run.files.get(path)!);
  run.diagnostics.push(...diagnostics);
  if (file === undefined) return undefined;
  const value = isRecord(file.value) ? withoutRefused(run, file, file.value) : file.value;
  const shape = checkShape(Kustomization, { ...file, value }, { 'configMapGenerator.*.name': 'name: settings', 'secretGenerator.*.name': 'name: settings' });
  run.diagnostics.push(...shape.diagnostics);
  return shape.value && { folder, file, kustomization: shape.value };
}

function withoutRefused(run: KustomizeRun, file: SourceFile, value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const rendered = Object.entries(value).filter(([key]) => {
    const hint = NOT_RENDERED[key];
    if (hint !== undefined) refuse(run, 'not-rendered', `${key} of a kustomization is not rendered`, hint, file.atKey([key]));
    return hint === undefined;
  });
  return Object.fromEntries(rendered);
}
