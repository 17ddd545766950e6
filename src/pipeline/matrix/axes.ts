/** The axes of a matrix of use cases with the values they may have (reference/ztp.md §0). `release` takes any topic. */
export const AXES = {
  hub: ['sno', 'mno', 'three-node'],
  spoke: ['sno', 'mno', 'three-node'],
  infrastructure: ['vm', 'metal'],
  network: ['connected', 'disconnected'],
  implementation: ['gitops', 'clusterinstance'],
  release: [],
} as const;

export type Axis = keyof typeof AXES;

/** A use case: a value for each axis of its matrix. */
export type Cell = Readonly<Partial<Record<Axis, string>>>;

/** `sno-mno-vm-connected-gitops`: names jobs. */
export function cellName(cell: Cell): string {
  return axesOf(cell)
    .map((axis) => cell[axis])
    .join('-');
}

/** The axes that a cell, or a matrix, has, in their own order. */
export function axesOf(cell: Readonly<Partial<Record<Axis, unknown>>>): Axis[] {
  return (Object.keys(AXES) as Axis[]).filter((axis) => cell[axis] !== undefined);
}

/** Every combination of the axes' values; the last axis turns fastest. */
export function combinations(axes: Readonly<Partial<Record<Axis, readonly string[] | undefined>>>): Cell[] {
  return axesOf(axes).reduce<Cell[]>((cells, axis) => cells.flatMap((cell) => axes[axis]!.map((value) => ({ ...cell, [axis]: value }))), [{}]);
}

/** Does the cell have all these values? An axis that the cell lacks does not matter. */
export function matches(cell: Cell, values: Cell): boolean {
  return axesOf(values).every((axis) => cell[axis] === undefined || cell[axis] === values[axis]);
}
