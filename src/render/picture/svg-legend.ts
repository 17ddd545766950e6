import { el, type XmlElement } from '../xml.ts';
import type { ClusterMark } from './cluster-marks.ts';
import type { PictureCluster } from './lab-picture.ts';
import { BAND, markedBox } from './svg-mark.ts';
import { LINE, PADDING, text, textWidth, widest } from './svg-text.ts';

const GAP = 8;

/** Cards of clusters with their marks, kinds and addresses, in as many columns as the width has room for. */
export function legend(
  clusters: readonly PictureCluster[],
  marks: ReadonlyMap<string, ClusterMark>,
  { left, top, width }: { readonly left: number; readonly top: number; readonly width: number },
): { readonly drawn: readonly XmlElement[]; readonly height: number } {
  const cardWidth = legendCardWidth(clusters);
  const columns = Math.max(1, Math.floor((width + GAP) / (cardWidth + GAP)));
  const drawn: XmlElement[] = [];
  let next = top;
  for (let first = 0; first < clusters.length; first += columns) {
    const row = clusters.slice(first, first + columns);
    const height = Math.max(...row.map(cardHeight));
    for (const [index, cluster] of row.entries()) drawn.push(card(cluster, marks.get(cluster.name), left + index * (cardWidth + GAP), next, cardWidth, height));
    next += height + GAP;
  }
  return { drawn, height: next - top };
}

export function legendCardWidth(clusters: readonly PictureCluster[]): number {
  return clusters.reduce((most, { name, lines }) => Math.max(most, textWidth(name, 12), widest(lines)), 0) + BAND + 2 * PADDING;
}

function cardHeight({ lines }: PictureCluster): number {
  return (lines.length + 1) * LINE + PADDING;
}

function card({ name, active, lines }: PictureCluster, mark: ClusterMark | undefined, left: number, top: number, width: number, height: number): XmlElement {
  const x = left + BAND + PADDING - 2;
  return el(
    'g',
    { class: 'cluster', 'data-name': name },
    ...markedBox({ left, top, width, height, mark, held: active }),
    text(x, top + 4, name, { size: 12, bold: active, pale: !active }),
    ...lines.map((line, index) => text(x, top + 4 + (index + 1) * LINE, line, { pale: !active })),
  );
}
