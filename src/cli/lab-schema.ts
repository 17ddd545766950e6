import { Command } from 'commander';
import { labFileReference, labFileSchema } from '../lab/lab-file-reference.ts';

const EXAMPLES = `
Editors check and complete a lab file that begins with
  # yaml-language-server: $schema=./lab.schema.json

Examples:
  labwright lab schema > lab.schema.json
  labwright lab schema --markdown > docs/lab-file.md
`;

/** `labwright lab schema`: the lab file as JSON Schema, for editors. */
export function labSchemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of lab files')
    .option('--markdown', 'print the reference for people instead')
    .addHelpText('after', EXAMPLES)
    .action(({ markdown }: { readonly markdown?: boolean }) => {
      process.stdout.write(markdown ? labFileReference() : `${JSON.stringify(labFileSchema(), null, 2)}\n`);
    });
}
