import { Command } from 'commander';
import { stringify } from 'yaml';
import { convertSiteConfig, type Conversion, type TemplateRef } from '../render/siteconfig-v1/convert-site-config.ts';
import { SITE_CONFIG, SiteConfig } from '../render/siteconfig-v1/site-config.ts';
import { checkShape } from '../util/check-shape.ts';
import { formatDiagnostic, hasErrors, type Diagnostic } from '../util/diagnostic.ts';
import { LabwrightError } from '../util/errors.ts';
import { isRecord } from '../util/is-record.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { MAX_SOURCE_BYTES, parseSources, type SourceFile } from '../util/source-file.ts';

const EXAMPLES = `
Reads a SiteConfig (${SITE_CONFIG.group}/v1 or v2) and prints a Namespace and a ClusterInstance per cluster of it, as YAML. On stderr stands,
with its line, each field that changes its name or meaning and each that is lost. Contacts nothing.
Exit codes: 0 converted, 1 the SiteConfig is wrong, 2 the file cannot be read.

Examples:
  labwright clusterinstance convert siteconfig.yml > sno1.yml
  labwright clusterinstance convert siteconfig.yml --manifests sno1-extra
  labwright clusterinstance convert siteconfig.yml --cluster-template rhacm/my-cluster --node-template rhacm/my-node
  labwright clusterinstance convert siteconfig.yml --json | jq '.notes[].message'
`;

interface Options {
  readonly json?: boolean;
  readonly manifests?: readonly string[];
  readonly clusterTemplate?: readonly string[];
  readonly nodeTemplate?: readonly string[];
}

/** `labwright clusterinstance convert SITECONFIG.yml`. */
export function clusterInstanceConvertCommand(): Command {
  return new Command('convert')
    .description('make ClusterInstances of a SiteConfig, and say what changes')
    .argument('<siteconfig>', 'file with one SiteConfig')
    .option('--manifests <configmap...>', 'ConfigMaps with the extra manifests, built beforehand')
    .option('--cluster-template <namespace/name...>', 'templates of the cluster instead of the default ones')
    .option('--node-template <namespace/name...>', 'templates of its nodes instead of the default ones')
    .option('--json', 'print {objects, notes} as JSON')
    .addHelpText('after', EXAMPLES)
    .action(convert);
}

async function convert(path: string, options: Options): Promise<void> {
  const text = await readTextFile(path, { maxBytes: MAX_SOURCE_BYTES, hint: 'name the file that holds the SiteConfig' });
  const lines = text.split('\n');
  const tell = (diagnostics: readonly Diagnostic[]): void => {
    for (const one of diagnostics) process.stderr.write(`${formatDiagnostic(one, (_path, line) => lines[line - 1])}\n`);
  };
  const { value: documents, diagnostics } = parseSources(path, text);
  tell(diagnostics);
  if (documents === undefined) return void (process.exitCode = 2);
  const file = theSiteConfig(path, documents);
  const shape = checkShape(SiteConfig, file);
  tell(shape.diagnostics);
  if (shape.value === undefined) return void (process.exitCode = 1);
  const conversion = convertSiteConfig(shape.value, file, {
    ...(options.manifests && { manifests: options.manifests }),
    ...(options.clusterTemplate && { clusterTemplates: options.clusterTemplate.map(templateRef) }),
    ...(options.nodeTemplate && { nodeTemplates: options.nodeTemplate.map(templateRef) }),
  });
  if (hasErrors(conversion.notes)) process.exitCode = 1;
  if (options.json) return void process.stdout.write(`${JSON.stringify(conversion, null, 2)}\n`);
  tell(conversion.notes);
  if (!hasErrors(conversion.notes)) print(conversion);
}

function theSiteConfig(path: string, documents: readonly SourceFile[]): SourceFile {
  const found = documents.filter(({ value }) => isRecord(value) && value['kind'] === SITE_CONFIG.kind);
  if (found.length === 1) return found[0]!;
  const [first] = found.length === 0 ? documents : found.slice(1);
  throw new LabwrightError('bad_input', `${found.length === 0 ? 'there is no' : 'there is more than one'} SiteConfig in ${path}`, {
    ...(first && { at: first.at([]) }),
    hint: `name a file with one object of kind ${SITE_CONFIG.kind}`,
  });
}

function templateRef(text: string): TemplateRef {
  const [namespace, name, more] = text.split('/');
  if (!namespace || !name || more !== undefined)
    throw new LabwrightError('bad_input', `${text} names no template`, { hint: 'write it as NAMESPACE/CONFIGMAP' });
  return { namespace, name };
}

function print({ objects }: Conversion): void {
  for (const object of objects) process.stdout.write(`---\n${stringify(object, { version: '1.1', aliasDuplicateObjects: false })}`);
}
