import type { Exec } from '../../util/exec.ts';
import { runScript } from '../doors/run-script.ts';
import { PROGRAMS } from './programs.ts';

/** How a distribution is told to install, and what it calls things. */
export type Family = 'debian' | 'rhel';

/** A host before it is prepared, and after. */
export interface PrepareFacts {
  /** undefined for a distribution that labwright cannot install on. */
  readonly family: Family | undefined;
  /** `debian 12`, `rhel 9.4`. */
  readonly system: string;
  /** Files of PROGRAMS that are there. */
  readonly present: ReadonlySet<string>;
  readonly systemd: boolean;
  /** Units that systemd knows. */
  readonly units: ReadonlyMap<string, { readonly active: boolean; readonly enabled: boolean }>;
  /** Does `qemu:///system` answer? */
  readonly libvirtAnswers: boolean;
  readonly runningVms: number;
  /** `vmx` (Intel), `svm` (AMD), or undefined without hardware virtualisation. */
  readonly cpuFlag: 'vmx' | 'svm' | undefined;
  readonly kvmDevice: boolean;
  /** The kvm module's word on nested virtualisation. */
  readonly nested: string;
  /** getenforce's word; empty without SELinux. */
  readonly selinux: string;
  /** What restorecon would relabel, of libvirt's folders. */
  readonly mislabelled: readonly string[];
  /** Is AppArmor on, has dnsmasq a profile, and what does its local part say? */
  readonly apparmor: { readonly on: boolean; readonly dnsmasqProfile: boolean; readonly local: string };
  /** Kernel settings that exist: `net.ipv4.ip_forward` to `1`. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** Text of our own file of kernel settings. */
  readonly sysctlFile: string;
  /** Folders of active storage pools. */
  readonly poolFolders: readonly string[];
  readonly pools: readonly string[];
  /** The lab's sushy-tools, for those that want one. */
  readonly sushyTools: { readonly installed: boolean; readonly config: string; readonly running: boolean };
  /** The lab's registry, for those that have it from labwright. */
  readonly registry: { readonly installed: boolean; readonly config: string; readonly certificateLasts: boolean; readonly running: boolean };
  /** The same of its HTTP store. */
  readonly httpStore: { readonly installed: boolean; readonly config: string; readonly running: boolean };
  /** firewalld's zone of the NIC that faces the lab, and what is open in it; undefined when firewalld does not run. */
  readonly firewall: { readonly zone: string; readonly open: ReadonlySet<string> } | undefined;
}

const SYSCTLS = ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding', 'net.bridge.bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-ip6tables'];
/** Of libvirt, in both its forms, and of what keeps time. */
const UNITS =
  'libvirtd.service libvirtd.socket virtqemud.socket virtnetworkd.socket virtstoraged.socket virtlogd.socket ' +
  'chronyd.service chrony.service systemd-timesyncd.service ntpd.service ntpsec.service';

const LOOK = String.raw`sysctls=$1 files=$2 units=$3 sysctl_file=$4 nic=$5 emulator=$6 emulator_conf=$7 registry=$8 registry_port=$9; shift 9; store_conf=$1 store_port=$2
v() { virsh --quiet --connect qemu:///system "$@" 2>/dev/null; }
z() { printf '%s\0' "$1"; }
z "$(. /etc/os-release; echo "$ID $VERSION_ID $ID_LIKE")"
z "$(for file in $files; do [ ! -e "$file" ] || echo "$file"; done)"
z "$([ ! -d /run/systemd/system ] || echo yes)"
z "$([ ! -d /run/systemd/system ] || systemctl show --property Id,LoadState,ActiveState,UnitFileState $units)"
z "$(! v version >/dev/null || echo yes)"
z "$(v list --name | grep -c .)"
z "$(grep -m 1 -o -w -E 'vmx|svm' /proc/cpuinfo | head -n 1)"
z "$([ ! -c /dev/kvm ] || echo yes)"
z "$(cat /sys/module/kvm_intel/parameters/nested /sys/module/kvm_amd/parameters/nested 2>/dev/null)"
z "$(getenforce 2>/dev/null)"
z "$([ -z "$(getenforce 2>/dev/null | grep -v Disabled)" ] || restorecon -n -v -R /var/lib/libvirt /var/log/libvirt 2>/dev/null | head -n 20)"
z "$(aa-enabled --quiet 2>/dev/null && echo on; [ ! -e /etc/apparmor.d/usr.sbin.dnsmasq ] || echo profile)"
z "$(cat /etc/apparmor.d/local/usr.sbin.dnsmasq 2>/dev/null)"
z "$(for key in $sysctls; do file=/proc/sys/$(echo "$key" | tr . /); [ ! -e "$file" ] || echo "$key=$(cat "$file")"; done)"
z "$(cat "$sysctl_file" 2>/dev/null)"
z "$(for pool in $(v pool-list --name); do v pool-dumpxml "$pool" | sed -n 's:.*<path>\(.*\)</path>.*:\1:p'; done)"
z "$(v pool-list --all --name)"
z "$(zone=$(firewall-cmd --get-zone-of-interface="$nic" 2>/dev/null || firewall-cmd --get-default-zone 2>/dev/null) && echo "$zone" && firewall-cmd --zone="$zone" --list-services && firewall-cmd --zone="$zone" --list-ports)"
z "$([ ! -x "$emulator" ] || echo yes)"
z "$(cat "$emulator_conf" 2>/dev/null)"
z "$(port=$(sed -n 's/^SUSHY_EMULATOR_LISTEN_PORT = //p' "$emulator_conf" 2>/dev/null) && [ -n "$port" ] && ss -Hltn "sport = :$port" | grep -q . && echo yes)"
z "$([ ! -x /usr/bin/docker-registry ] || ! command -v htpasswd >/dev/null || echo yes)"
z "$(cat "$registry/config.yml" 2>/dev/null)"
z "$(openssl x509 -checkend 2592000 -noout -in "$registry/tls.crt" >/dev/null 2>&1 && echo yes)"
z "$(ss -Hltn "sport = :$registry_port" 2>/dev/null | grep -q . && echo yes)"
z "$([ ! -x /usr/sbin/nginx ] || echo yes)"
z "$(cat "$store_conf" 2>/dev/null)"
z "$(ss -Hltn "sport = :$store_port" 2>/dev/null | grep -q . && echo yes)"`;

/** Where on a host to look. */
export interface Places {
  /** Our kernel settings. */
  readonly sysctlFile: string;
  /** The NIC that faces the lab. */
  readonly nic: string;
  readonly emulator: string;
  readonly emulatorConfig: string;
  /** Folder and port of the lab's registry. */
  readonly registry: { readonly folder: string; readonly port: number };
  readonly httpStore: { readonly config: string; readonly port: number };
}

/** Looks at a host in one visit. */
export async function observePreparation(
  exec: Exec,
  { sysctlFile, nic, emulator, emulatorConfig, registry, httpStore }: Places,
  signal: AbortSignal,
): Promise<PrepareFacts> {
  const files = [...new Set(Object.values(PROGRAMS).flatMap(({ files: paths }) => paths))];
  const args = [
    SYSCTLS.join(' '),
    files.join(' '),
    UNITS,
    sysctlFile,
    nic,
    emulator,
    emulatorConfig,
    registry.folder,
    String(registry.port),
    httpStore.config,
    String(httpStore.port),
  ];
  const { stdout } = await runScript(exec, { purpose: 'say what it has', text: LOOK, args }, { signal });
  return readPreparation(stdout);
}

/** Reads the answer of a host. */
export function readPreparation(stdout: string): PrepareFacts {
  const parts = stdout.split('\0').map((part) => part.trim());
  const [os = '', files, systemd, units = '', libvirt, vms, cpu, kvm, nested = '', selinux = '', labels, apparmor = '', local = ''] = parts;
  const [sysctls, sysctlFile = '', poolFolders, pools, firewall = '', emulator, emulatorConfig = '', listens, ...services] = parts.slice(13);
  const [registryInstalled, registryConfig = '', certificateLasts, registryListens, storeInstalled, storeConfig = '', storeListens] = services;
  const [id = '', version = '', ...like] = os.split(' ');
  const names = [id, ...like];
  const [zone = '', ...open] = firewall.split('\n');
  return {
    family: names.includes('debian') ? 'debian' : names.some((name) => name === 'rhel' || name === 'fedora' || name === 'centos') ? 'rhel' : undefined,
    system: `${id} ${version}`,
    present: new Set(lines(files)),
    systemd: systemd === 'yes',
    units: readUnits(units),
    libvirtAnswers: libvirt === 'yes',
    runningVms: Number(vms),
    cpuFlag: cpu === 'vmx' || cpu === 'svm' ? cpu : undefined,
    kvmDevice: kvm === 'yes',
    nested,
    selinux,
    mislabelled: lines(labels),
    apparmor: { on: apparmor.includes('on'), dnsmasqProfile: apparmor.includes('profile'), local },
    sysctls: new Map(lines(sysctls).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])),
    sysctlFile,
    poolFolders: lines(poolFolders),
    pools: lines(pools),
    sushyTools: { installed: emulator === 'yes', config: emulatorConfig, running: listens === 'yes' },
    registry: {
      installed: registryInstalled === 'yes',
      config: registryConfig,
      certificateLasts: certificateLasts === 'yes',
      running: registryListens === 'yes',
    },
    httpStore: { installed: storeInstalled === 'yes', config: storeConfig, running: storeListens === 'yes' },
    firewall: zone === '' ? undefined : { zone, open: new Set(open.join(' ').split(' ').filter(Boolean)) },
  };
}

/** systemd's blocks of properties, one for each unit. */
function readUnits(text: string): PrepareFacts['units'] {
  const units = new Map<string, { readonly active: boolean; readonly enabled: boolean }>();
  for (const block of text.split('\n\n')) {
    const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1] ?? '';
    if (value('LoadState') !== 'loaded') continue;
    units.set(value('Id'), { active: value('ActiveState') === 'active', enabled: /^(enabled|static|alias|indirect)/.test(value('UnitFileState')) });
  }
  return units;
}

function lines(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter((line) => line !== '');
}
