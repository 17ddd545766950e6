import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../kube/objects.ts';
import { LabwrightError, messageOf } from '../../util/errors.ts';
import { parseSources, type SourceFile } from '../../util/source-file.ts';
import { isJson, type Json } from '../api/json.ts';
import { definitionCauses } from '../api/schema/validate-definition.ts';

const HINT = 'give a folder of CustomResourceDefinitions, as YAML';

/**
 * The CustomResourceDefinitions of a folder and those below it, files in order of their names.
 *
 * @throws LabwrightError `bad_input` for a folder that cannot be read, and with file and line for what is no definition.
 */
export function readDefinitions(folder: string): KubeObject[] {
  let files: string[];
  try {
    files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file));
  } catch (cause) {
    throw new LabwrightError('bad_input', `cannot read the folder ${folder}: ${messageOf(cause)}`, { cause, hint: HINT });
  }
  if (files.length === 0) throw new LabwrightError('bad_input', `there is no YAML file in ${folder}`, { hint: HINT });
  return files.toSorted().flatMap((file) => definitionsIn(join(folder, file)));
}

function definitionsIn(path: string): readonly KubeObject[] {
  const text = readText(path);
  const found = parseAllDocuments(text, { logLevel: 'silent' }).map((document) => (document.errors.length > 0 ? undefined : (document.toJS() as unknown)));
  const good = found.filter((one) => one !== null);
  if (good.length > 0 && good.every((one) => isJson(one) && mistakeIn(one) === undefined)) return good as unknown as KubeObject[];
  // Where it stands is only looked for when something is wrong: fifty real definitions are read in half the time without.
  throw misread(path, text);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LabwrightError('bad_input', `cannot read ${path}: ${messageOf(cause)}`, { cause, hint: HINT });
  }
}

interface Mistake {
  readonly message: string;
  /** `spec.versions[0].name` */
  readonly field: string;
}

function mistakeIn(object: Json): Mistake | undefined {
  if (object['kind'] !== 'CustomResourceDefinition')
    return { message: `this is no CustomResourceDefinition, its kind is ${JSON.stringify(object['kind'] ?? null)}`, field: 'kind' };
  if (object['apiVersion'] !== 'apiextensions.k8s.io/v1') {
    return { message: `only apiextensions.k8s.io/v1 is served, not ${JSON.stringify(object['apiVersion'] ?? null)}`, field: 'apiVersion' };
  }
  const [cause] = definitionCauses(object);
  return cause && { message: `${cause.field}: ${cause.message}`, field: cause.field };
}

function misread(path: string, text: string): LabwrightError {
  const { value: documents, diagnostics } = parseSources(path, text);
  const [diagnostic] = diagnostics;
  if (diagnostic) return new LabwrightError('bad_input', diagnostic.message, { hint: diagnostic.hint ?? HINT, ...(diagnostic.at && { at: diagnostic.at }) });
  for (const document of documents ?? []) {
    const mistake = isJson(document.value) ? mistakeIn(document.value) : { message: 'this is no object', field: '' };
    if (mistake) return new LabwrightError('bad_input', mistake.message, { hint: HINT, at: positionOf(document, mistake.field) });
  }
  return new LabwrightError('bad_input', 'there is nothing in this file', { hint: HINT, at: { path, line: 1, column: 1 } });
}

function positionOf(document: SourceFile, field: string): ReturnType<SourceFile['at']> {
  return document.at([...field.matchAll(/[^.[\]]+/g)].map(([key]) => (/^\d+$/.test(key) ? Number(key) : key)));
}
