import { chmodSync, copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { LabwrightError } from '../../src/util/errors.ts';
import { localExec } from '../../src/util/exec.ts';

export interface NodeImage {
  readonly kernel: string;
  readonly initrd: string;
  readonly cmdline: string;
}

/** In the order to load them: a module's symbols must be there before it. */
const MODULES = [
  'virtio_ring',
  'virtio',
  'virtio_pci_modern_dev',
  'virtio_pci_legacy_dev',
  'virtio_pci',
  'failover',
  'net_failover',
  'virtio_net',
  'virtio-rng',
];

/** Asks for an address and keeps asking; what it got is on the console and set on the NIC. Answers ping, commands on port 1023, and ssh. */
const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /root/.ssh /etc/dropbear
mount -t devpts devpts /dev/pts
echo 'root:x:0:0::/root:/bin/sh' >/etc/passwd
chmod 700 /root /root/.ssh
for word in $(cat /proc/cmdline); do
  case "$word" in labwright.key=*) echo "$word" | cut -d= -f2- | base64 -d >/root/.ssh/authorized_keys ;; esac
done
for module in ${MODULES.join(' ')}; do
  [ ! -f /modules/$module.ko ] || insmod /modules/$module.ko
done
ip link set lo up
ip link set eth0 up
udhcpc -i eth0 -s /dhcp -O domain -b -t 3 -T 1 -A 2 >/dev/null 2>&1 &
echo "tiny node is up"
nc -ll -p 1023 -e /bin/sh &
# Its host key is new at every start.
dropbear -R -s -E >/dev/null 2>&1 &
while true; do sleep 3600; done
`;

const DHCP = `#!/bin/sh
case "$1" in
  bound|renew)
    ip address flush dev eth0
    ip address add "$ip/$mask" dev eth0
    [ -z "$router" ] || ip route replace default via "$router"
    printf 'search %s\\nnameserver %s\\n' "$domain" "$dns" >/etc/resolv.conf
    hostname "$hostname"
    echo "tiny node: $1 $ip $hostname $domain router=$router dns=$dns" >/dev/console
    ;;
esac
`;

/**
 * Kernel and initramfs of a tiny node, made once into the user's cache from Debian's cloud kernel and static busybox.
 * Nothing of it is committed or installed.
 */
export async function buildNodeImage(log: (line: string) => void): Promise<NodeImage> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'labwright/lab-in-a-box');
  const image = { kernel: join(cache, 'vmlinuz'), initrd: join(cache, 'initrd'), cmdline: 'console=ttyS0 quiet panic=1' };
  const stamp = join(cache, 'init');
  const wanted = INIT + DHCP;
  if (existsSync(image.kernel) && existsSync(image.initrd) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return image;
  log('making the image of the tiny nodes');
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'lwbox-image-'));
  try {
    const tree = await extractKernel(work);
    const kernel = onlyOne(globSync(join(tree, 'boot/vmlinuz-*')), 'kernel');
    await packInitrd(work, tree, join(work, 'initrd.new'));
    writeFileSync(join(work, 'stamp.new'), wanted);
    // Whole or not at all, also when two runs make it at once.
    for (const [from, to] of [
      [kernel, image.kernel],
      [join(work, 'initrd.new'), image.initrd],
      [join(work, 'stamp.new'), stamp],
    ] as const) {
      copyFileSync(from, `${to}.${process.pid}`);
      renameSync(`${to}.${process.pid}`, to);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return image;
}

const SSH_SERVER = ['dropbear-bin', 'libtomcrypt1', 'libtommath1'];

/** Debian's small ssh server, unpacked and not installed, with the libraries that it is linked to. */
async function addSshServer(work: string, root: string): Promise<void> {
  const tree = join(work, 'ssh');
  mkdirSync(tree);
  await localExec(['apt-get', 'download', '--quiet', ...SSH_SERVER], { cwd: tree });
  for (const file of globSync(join(tree, '*.deb'))) await localExec(['dpkg-deb', '--extract', file, tree]);
  const binary = join(tree, 'usr/sbin/dropbear');
  const libraries = join(tree, 'usr/lib/x86_64-linux-gnu');
  const { stdout } = await localExec(['ldd', binary], { env: { LD_LIBRARY_PATH: libraries } });
  for (const [, path] of stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)) {
    // The loader's place is written in the binary; the others are looked for where Debian has them.
    const target = /ld-linux/.test(path!) ? join(root, 'lib64', basename(path!)) : join(root, 'usr/lib/x86_64-linux-gnu', basename(path!));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path!, target);
  }
  copyFileSync(binary, join(root, 'bin/dropbear'));
  chmodSync(join(root, 'bin/dropbear'), 0o755);
}

/** The meta package names the current kernel; that one is unpacked, not installed. */
async function extractKernel(work: string): Promise<string> {
  const name = (await kernelPackage()) ?? (await localExec(['apt-get', 'update', '--quiet']).then(kernelPackage));
  if (name === undefined) throw new LabwrightError('not_found', 'apt knows no Debian cloud kernel', { hint: 'apt-get update' });
  await localExec(['apt-get', 'download', '--quiet', name], { cwd: work });
  const tree = join(work, 'kernel');
  await localExec(['dpkg-deb', '--extract', onlyOne(globSync(join(work, '*.deb')), 'package'), tree]);
  return tree;
}

/** undefined before the first `apt-get update` of a machine. */
async function kernelPackage(): Promise<string | undefined> {
  const { stdout } = await localExec(['apt-cache', 'depends', 'linux-image-cloud-amd64'], { okExitCodes: [0, 100] });
  return /Depends: (linux-image-[\w.+-]+-cloud-amd64)$/m.exec(stdout)?.[1];
}

async function packInitrd(work: string, kernelTree: string, target: string): Promise<void> {
  const root = join(work, 'root');
  for (const folder of ['bin', 'modules', 'proc', 'sys', 'dev', 'etc']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync('/usr/bin/busybox', join(root, 'bin/busybox'));
  symlinkSync('busybox', join(root, 'bin/sh'));
  const built = globSync(join(kernelTree, 'lib/modules/*/kernel/**/*.ko*'));
  for (const module of MODULES) {
    // A module that this kernel has built in has no file.
    const file = built.find((path) => basename(path).replace(/\.ko.*$/, '') === module);
    if (file !== undefined) await copyModule(file, join(root, `modules/${module}.ko`));
  }
  await addSshServer(work, root);
  for (const [name, text] of [
    ['init', INIT],
    ['dhcp', DHCP],
  ] as const) {
    writeFileSync(join(root, name), text);
    chmodSync(join(root, name), 0o755);
  }
  await localExec(['sh', '-c', 'find . | cpio --quiet -o -H newc | gzip -1 >"$1"', 'sh', target], { cwd: root });
}

async function copyModule(from: string, to: string): Promise<void> {
  if (from.endsWith('.xz')) await localExec(['sh', '-c', 'xz -dc "$1" >"$2"', 'sh', from, to]);
  else if (from.endsWith('.zst')) await localExec(['zstd', '-dqf', from, '-o', to]);
  else copyFileSync(from, to);
}

function onlyOne(files: readonly string[], what: string): string {
  const [file, ...rest] = files;
  if (file === undefined || rest.length > 0) throw new LabwrightError('not_found', `expected one ${what}, found ${files.length}`);
  return file;
}
