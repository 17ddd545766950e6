import { allVars, emptyInventory, hostsOf, varsOfHost, type Inventory } from '../../lab/ansible-inventory/inventory.ts';
import { readInventory, type InventoryFile } from '../../lab/ansible-inventory/read-inventory.ts';
import { resolveVars } from '../../lab/ansible-inventory/resolve-vars.ts';
import { scalarText } from '../../lab/ansible-inventory/scalar-text.ts';
import { hasErrors, type Diagnostic } from '../../util/diagnostic.ts';

/** The files that together are the inventory of one cluster. */
export interface ClusterFiles {
  readonly files: readonly InventoryFile[];
  readonly inventory: Inventory;
}

/**
 * Which files belong together: those of one folder, and those that name the same cluster; a file without one (`hosts` of ocp_on_libvirt, a file of variables)
 * belongs to every cluster, and what theirs say wins over it.
 */
export function clusterFiles(files: readonly InventoryFile[]): { readonly groups: readonly ClusterFiles[]; readonly diagnostics: readonly Diagnostic[] } {
  const sources = [...Map.groupBy(files, ({ source, path }) => source ?? path).values()];
  const read = sources.map((own) => ({ own, ...readInventory(own) }));
  const diagnostics = read.flatMap((one) => one.diagnostics);
  if (hasErrors(diagnostics)) return { groups: [], diagnostics };
  const shared: InventoryFile[] = [];
  const named = new Map<string, InventoryFile[]>();
  for (const { own, inventory } of read) {
    const name = clusterNameOf(inventory ?? emptyInventory());
    if (name === undefined) shared.push(...own);
    else named.set(name, [...(named.get(name) ?? []), ...own]);
  }
  const groups = (named.size === 0 ? [[]] : [...named.values()]).map((own): ClusterFiles => {
    // Variables beside two files are read once.
    const together = [...new Map([...shared, ...own].map((file) => [file.path, file])).values()];
    return { files: together, inventory: readInventory(together).inventory ?? emptyInventory() };
  });
  return { groups, diagnostics };
}

function clusterNameOf(inventory: Inventory): string | undefined {
  const [first] = hostsOf(inventory, 'all');
  const vars = resolveVars(new Map([...(first === undefined ? [] : varsOfHost(inventory, first)), ...allVars(inventory)]));
  for (const name of ['cluster_name', 'cluster']) {
    const variable = vars.get(name);
    const text = scalarText(variable?.value);
    if (variable?.unresolved.length === 0 && text !== undefined && text !== '') return text;
  }
  return undefined;
}
