import { join, relative } from 'node:path';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { renderKustomization } from '../render/kustomize/render-kustomization.ts';
import { readFolder } from '../sites/read-folder.ts';
import { formatDiagnostic, type Diagnostic } from '../util/diagnostic.ts';

const EXAMPLES = `
Prints what a kustomization gives, as kustomize would, with the generators PolicyGenerator and SiteConfig built in: YAML documents in the
order in which they would be printed. What is wrong, or not rendered here, stands on stderr with its file and line. Contacts nothing;
files elsewhere in the same Git repository are found.
Exit codes: 0 rendered, 1 something is wrong in the files, 2 the folder cannot be read.

Examples:
  labwright sites render sno1/sites
  labwright sites render sno1/policies --json | jq -r '.objects[].metadata.name'
`;

/** Sorted keys, lists not indented, and quotes around what older YAML reads as a date or a truth value. */
const AS_KUSTOMIZE = { version: '1.1', sortMapEntries: true, indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false } as const;

/** `labwright sites render FOLDER`. */
export function sitesRenderCommand(): Command {
  return new Command('render')
    .description('print the objects of a kustomization')
    .argument('<folder>', 'folder with a kustomization.yaml')
    .option('--json', 'print {objects, diagnostics} as JSON')
    .addHelpText('after', EXAMPLES)
    .action(render);
}

async function render(folder: string, { json = false }: { readonly json?: boolean }): Promise<void> {
  const { root, path, files } = await readFolder(folder);
  const { objects, diagnostics } = renderKustomization({ files, path });
  if (objects === undefined) process.exitCode = 1;
  const shown = diagnostics.map((one) => ({ ...one, ...(one.at && { at: { ...one.at, path: relative('.', join(root, one.at.path)) } }) }));
  if (json) return void process.stdout.write(`${JSON.stringify({ objects: objects ?? [], diagnostics: shown }, null, 2)}\n`);
  for (const [index, one] of shown.entries()) process.stderr.write(`${formatDiagnostic(one, () => lineOf(files, diagnostics[index]!))}\n`);
  process.stdout.write((objects ?? []).map((object) => stringify(object, AS_KUSTOMIZE)).join('---\n'));
}

function lineOf(files: ReadonlyMap<string, string>, { at }: Diagnostic): string | undefined {
  return at && files.get(at.path)?.split('\n')[at.line - 1];
}
