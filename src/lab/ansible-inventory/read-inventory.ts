import { hasErrors, type Diagnostic } from '../../util/diagnostic.ts';
import { emptyInventory, type Inventory } from './inventory.ts';
import { readIni } from './read-ini.ts';
import { parseAnsibleYaml, readVarsFile, readYaml } from './read-yaml.ts';

export interface InventoryFile {
  readonly path: string;
  readonly text: string;
  /** Of a file in `group_vars` or `host_vars`: whose variables it holds. */
  readonly of?: { readonly kind: 'group' | 'host'; readonly name: string };
  /** The file or folder that somebody named: what comes of one source belongs together. */
  readonly source?: string;
}

export interface ReadInventory {
  /** undefined after an error. */
  readonly inventory: Inventory | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * One inventory out of several files, as `ansible-inventory -i FILE -i FILE` reads them: INI or YAML, later files win. What Ansible
 * reads otherwise than it looks is a warning and read as it looks (`double-equals`, `comment-in-value`, `unquoted-mac`).
 */
export function readInventory(files: readonly InventoryFile[]): ReadInventory {
  const inventory = emptyInventory();
  // Variables of a group or host count where an inventory has it.
  const diagnostics = [...files.filter(({ of }) => !of), ...files.filter(({ of }) => of)].flatMap((file) => readOne(inventory, file));
  return { inventory: hasErrors(diagnostics) ? undefined : inventory, diagnostics };
}

function readOne(inventory: Inventory, { path, text, of }: InventoryFile): readonly Diagnostic[] {
  if (text.startsWith('$ANSIBLE_VAULT;'))
    return [refused(path, 'encrypted', 'the file is encrypted with ansible-vault', 'decrypt a copy of it (ansible-vault decrypt --output FILE) and name that')];
  if (of) {
    const owner = of.kind === 'group' ? inventory.groups.get(of.name) : inventory.hosts.get(of.name);
    return owner ? readVarsFile(owner.folderVars, path, text) : [];
  }
  if (text.startsWith('#!'))
    return [
      refused(
        path,
        'script',
        'this is a program that prints an inventory',
        `name what it prints: ansible-inventory -i ${path} --list --yaml --output hosts.yml`,
      ),
    ];
  // As Ansible: a file with a YAML suffix is YAML, one without any is YAML if it can be read so.
  const suffix = /\.([^./]+)$/.exec(path)?.[1];
  if (suffix === undefined || ['yml', 'yaml', 'json'].includes(suffix)) {
    const { source, diagnostics } = parseAnsibleYaml(path, text);
    const isMap = typeof source?.value === 'object' && source.value !== null && !Array.isArray(source.value);
    if (source && isMap) return [...diagnostics, ...readYaml(inventory, source)];
    if (!source && suffix === undefined && !/^\s*\[\S+\]/m.test(text)) return diagnostics;
    if (suffix !== undefined) return source ? [refused(path, 'no-inventory', 'the file holds no map of groups', 'name an inventory')] : diagnostics;
  }
  return readIni(inventory, path, text);
}

function refused(path: string, id: string, message: string, hint: string): Diagnostic {
  return { id, severity: 'error', message, hint, at: { path, line: 1, column: 1 } };
}
