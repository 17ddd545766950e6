import { Command } from 'commander';
import { labFileReference, labFileSchema, labPartSchema } from '../lab/lab-file-reference.ts';

const EXAMPLES = `
Editors check and complete a lab file that begins with
  # yaml-language-server: $schema=./lab.schema.json

Examples:
  labwright lab schema > lab.schema.json
  labwright lab schema --part > lab.part.schema.json     for the files of lab.d
  labwright lab schema --markdown > docs/lab-file.md
`;

/** `labwright lab schema [--part]`: the lab file, or a part of one, as JSON Schema for editors, or as a reference for people. */
export function labSchemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of lab files')
    .option('--part', 'of the files in lab.d, which hold servers, hosts and clusters of a lab in several files')
    .option('--markdown', 'print the reference for people instead')
    .addHelpText('after', EXAMPLES)
    .action(({ part, markdown }: { readonly part?: boolean; readonly markdown?: boolean }) => {
      process.stdout.write(markdown ? labFileReference() : `${JSON.stringify(part ? labPartSchema() : labFileSchema(), null, 2)}\n`);
    });
}
