const SECTOR = 512;
const CD_SECTOR = 2048;

/** What boot code does after it has said its word on the serial port. */
const THEN = {
  // out 0xcf9, 6: a reset of the whole machine; then hlt, for ever.
  reboot: [0xba, 0xf9, 0x0c, 0xb0, 0x06, 0xee, 0xf4, 0xeb, 0xfd],
  // cli; hlt, for ever.
  halt: [0xfa, 0xf4, 0xeb, 0xfd],
} as const;

/** A boot sector that writes `word` to COM1. 16-bit code that runs wherever it is loaded. */
export function bootSector(word: string, then: keyof typeof THEN): Buffer {
  const after = THEN[then];
  const textAt = 21 + after.length;
  const code: readonly (readonly number[])[] = [
    [0xe8, 0x00, 0x00], // call next
    [0x5e], // next: pop si
    [0x81, 0xc6, textAt - 3, 0x00], // add si, text - next
    [0x0e, 0x1f], // push cs; pop ds
    [0xba, 0xf8, 0x03], // mov dx, COM1
    [0xac], // loop: lodsb
    [0x84, 0xc0, 0x74, 0x03], // test al, al; jz done
    [0xee, 0xeb, 0xf8], // out dx, al; jmp loop
    after, // done:
  ];
  const sector = Buffer.alloc(SECTOR);
  Buffer.from(code.flat()).copy(sector);
  sector.write(`${word}\r\n\0`, textAt, 'latin1');
  sector.writeUInt16LE(0xaa55, SECTOR - 2);
  return sector;
}

/** The smallest CD that a BIOS boots from: El Torito 1.0, no emulation, one entry. */
export function bootableIso(sector: Buffer): Buffer {
  const iso = Buffer.alloc(32 * CD_SECTOR);
  const at = (index: number): Buffer => iso.subarray(index * CD_SECTOR);
  at(16).write('\u0001CD001\u0001', 0, 'latin1');
  at(17).write('\u0000CD001\u0001EL TORITO SPECIFICATION', 0, 'latin1');
  at(17).writeUInt32LE(19, 0x47); // Where the boot catalog is.
  at(18).write('\u00ffCD001\u0001', 0, 'latin1');
  const catalog = at(19);
  catalog[0] = 1;
  catalog.writeUInt16LE(0x55aa, 28); // The words of the validation entry add up to 0.
  catalog.writeUInt16LE(0xaa55, 30);
  catalog[32] = 0x88; // Bootable.
  catalog.writeUInt16LE(4, 38); // Sectors of 512 bytes to load.
  catalog.writeUInt32LE(20, 40);
  sector.copy(at(20));
  return iso;
}
