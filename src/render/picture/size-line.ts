/** Processors, memory and disks in words: `8 CPU · 16 GiB · 120 GiB`. */
export function sizeLine(cpus: number, memoryMiB: number, disksGiB: readonly number[]): string {
  return [`${cpus} CPU`, memoryMiB % 1024 === 0 ? gib(memoryMiB / 1024) : `${memoryMiB} MiB`, disksGiB.map(gib).join(' + ')].filter(Boolean).join(' · ');
}

export function gib(size: number): string {
  return size % 1024 === 0 && size > 0 ? `${size / 1024} TiB` : `${size} GiB`;
}
