/** How a cluster is told from the others: a colour, and stripes when the colours are used up. */
export interface ClusterMark {
  readonly colour: string;
  /** 0: plain; 1, 2, 3: the pattern of that number. */
  readonly pattern: number;
}

/** Okabe and Ito's colours, which people who see colours differently tell apart; black and grey are for lines (https://jfly.uni-koeln.de/color/). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442'];
export const PATTERNS = 4;

/** One mark per cluster, in the order of the lab file. After 28 they repeat: names tell clusters apart, marks only help to find them. */
export function clusterMarks(clusters: readonly { readonly name: string }[]): ReadonlyMap<string, ClusterMark> {
  return new Map(
    clusters.map(({ name }, index) => [name, { colour: COLOURS[index % COLOURS.length]!, pattern: Math.floor(index / COLOURS.length) % PATTERNS }]),
  );
}
