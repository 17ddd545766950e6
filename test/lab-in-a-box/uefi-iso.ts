import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localExec } from '../../src/util/exec.ts';
import type { NodeImage } from './node-image.ts';

/** Makes a CD that UEFI boots, with GRUB, the kernel and the initramfs of the tiny nodes. */
export async function writeUefiIso(image: NodeImage, path: string): Promise<void> {
  const tree = mkdtempSync(join(tmpdir(), 'lwbox-iso-'));
  try {
    mkdirSync(join(tree, 'boot/grub'), { recursive: true });
    copyFileSync(image.kernel, join(tree, 'boot/vmlinuz'));
    copyFileSync(image.initrd, join(tree, 'boot/initrd'));
    const menu = `set timeout=0\nmenuentry tiny {\n  linux /boot/vmlinuz ${image.cmdline}\n  initrd /boot/initrd\n}\n`;
    writeFileSync(join(tree, 'boot/grub/grub.cfg'), menu);
    await localExec(['grub-mkrescue', '--directory=/usr/lib/grub/x86_64-efi', '--output', path, tree]);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
