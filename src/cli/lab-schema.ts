import { Command } from 'commander';
import * as z from 'zod';
import { LabFile } from '../lab/lab-file.ts';

const EXAMPLES = `
Editors check and complete a lab file that begins with
  # yaml-language-server: $schema=./lab.schema.json

Examples:
  labwright lab schema > lab.schema.json
`;

/** `labwright lab schema`: the lab file as JSON Schema, for editors. */
export function labSchemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of lab files')
    .addHelpText('after', EXAMPLES)
    .action(() => {
      process.stdout.write(`${JSON.stringify({ title: 'labwright lab file', ...z.toJSONSchema(LabFile, { io: 'input' }) }, null, 2)}\n`);
    });
}
