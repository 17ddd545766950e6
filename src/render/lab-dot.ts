import type { LabPlan } from '../lab/plan.ts';
import { labPicture } from './lab-picture.ts';

/** A Graphviz document of the same picture: networks as boxes, each server a cluster of its machines. */
export function renderLabDot(plan: LabPlan): string {
  const { title, lanes } = labPicture(plan);
  const lines = [`graph ${id(title)} {`, `  label=${id(title)}; rankdir=LR; node [shape=box, fontname="monospace"];`];
  for (const lane of lanes) {
    const network = id(`network ${lane.name}`);
    lines.push(`  ${network} [label=${id(lane.label)}, style=filled, fillcolor="#cfe2f3"];`);
    for (const host of lane.hosts) {
      // The jumphost is one in every network.
      const node = id(`host ${host.name}`);
      lines.push(`  subgraph ${id(`cluster_${host.name}`)} {`, `    label=${id(host.name)};`);
      lines.push(`    ${node} [label=${id([host.name, ...host.addresses].join('\n'))}, style=bold];`);
      for (const machine of host.machines) {
        const label = id([machine.name, ...machine.addresses, machine.node ?? 'held by no cluster'].join('\n'));
        lines.push(`    ${id(`machine ${machine.name}`)} [label=${label}, style=filled, fillcolor="${machine.node === undefined ? '#eeeeee' : '#d6ecd2'}"];`);
      }
      lines.push('  }', `  ${network} -- ${node};`);
    }
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

/** A quoted ID of the DOT language; `\n` breaks a label's line. */
function id(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
