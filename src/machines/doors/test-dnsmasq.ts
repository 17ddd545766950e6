import * as z from 'zod';
import { contains, parseBlock, parseIp } from '../../lab/ip.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Exec } from '../../util/exec.ts';
import { labPaths } from '../lab-paths.ts';
import { ASK_DNS, DnsAnswers, type DnsQuestion } from './ask-dns.ts';

/** A name as it must be answered; no data with NOERROR is a name without data of that type. */
export interface WantedRecord extends DnsQuestion {
  readonly status: 'NOERROR' | 'NXDOMAIN';
  readonly data: readonly string[];
}

const Trial = z.object({ refusal: z.string(), log: z.array(z.string()), dns: DnsAnswers });

/** What dnsmasq writes to its log, and nowhere else, when it leaves out a part of what it read. */
const COMPLAINTS = /duplicate|bad dhcp-host|bad option|illegal|cannot read|failed to/;

/**
 * Starts a real dnsmasq with a configuration in a network namespace of its own, where nobody hears it, and asks it for
 * every name: `dnsmasq --test` alone passes reservations that are then skipped, and names that then are not answered
 * (reference/lab-and-libvirt.md §2.5.2). Needs root and python3 there; nothing is left behind.
 *
 * @throws LabwrightError `refused` with dnsmasq's words, or with the names that it answers wrongly.
 */
export async function testConfiguration(
  exec: Exec,
  plan: LabPlan,
  trial: { readonly files: ReadonlyMap<string, string>; readonly records: readonly WantedRecord[] },
  signal: AbortSignal,
): Promise<void> {
  const { stateDir, confDir } = labPaths(plan);
  const candidate = `${stateDir}/candidate`;
  const moved = (text: string): string => text.replaceAll(stateDir, `${candidate}/state`).replaceAll(confDir, `${candidate}/conf`);
  const { nic, address } = plan.jumphost;
  const input = {
    folder: candidate,
    files: Object.fromEntries([...trial.files].map(([path, text]) => [moved(path), moved(text)])),
    nic,
    addresses: prefixed(plan),
    server: address,
    questions: trial.records.map(({ name, type }) => ({ name, type })),
  };
  const command = ['unshare', '--net', '--pid', '--fork', '--kill-child', 'python3', '-c', TRIAL];
  const { stdout } = await exec(command, { signal, stdin: JSON.stringify(input), timeoutMs: 60_000 });
  const { refusal, log, dns } = Trial.parse(JSON.parse(stdout));
  const back = (text: string): string => text.replaceAll(`${candidate}/state`, stateDir).replaceAll(`${candidate}/conf`, confDir);
  if (refusal !== '') throw refusedWith(`dnsmasq refuses the new configuration: ${back(refusal)}`);
  const skipped = log.filter((line) => COMPLAINTS.test(line));
  if (skipped.length > 0) throw refusedWith(`dnsmasq skips a part of its configuration: ${back(skipped.join('; '))}`);
  const wrong = wrongAnswers(trial.records, dns);
  if (wrong.length > 0) throw refusedWith(`with the new configuration dnsmasq would answer wrongly: ${wrong.join('; ')}`);
}

/** `api.c1.lab A is NXDOMAIN, wanted 192.168.21.18`; at most three of them, and how many more. */
export function wrongAnswers(records: readonly WantedRecord[], answers: DnsAnswers): string[] {
  const found = new Map(answers.map((one) => [`${one.name} ${one.type}`, one]));
  const wrong = records.flatMap(({ name, type, status, data }) => {
    const answer = found.get(`${name} ${type}`);
    if (answer?.status === status && answer.data.join() === data.join()) return [];
    return [`${name} ${type} is ${saying(answer?.status ?? 'not asked', answer?.data ?? [])}, wanted ${saying(status, data)}`];
  });
  return wrong.length > 3 ? [...wrong.slice(0, 3), `${wrong.length - 3} more`] : wrong;
}

function saying(status: string, data: readonly string[]): string {
  return data.length > 0 ? data.join(', ') : status === 'NOERROR' ? 'without data' : status;
}

function refusedWith(message: string): LabwrightError {
  return new LabwrightError('refused', message, { hint: 'the one in use was not touched; change the lab file' });
}

/** The jumphost's own addresses, with the prefix of the network each is in. */
function prefixed({ jumphost, networks }: LabPlan): readonly string[] {
  return [jumphost.address, ...(jumphost.address6 === undefined ? [] : [jumphost.address6])].map((address) => {
    const cidrs = networks.flatMap(({ cidr, cidr6 }) => [cidr, ...(cidr6 === undefined ? [] : [cidr6])]);
    const home = cidrs.find((cidr) => contains(parseBlock(cidr)!, parseIp(address)!));
    return `${address}${home === undefined ? '' : home.slice(home.indexOf('/'))}`;
  });
}

/** A bridge stands in for the NIC: every kernel that runs labs has it, and it needs no other end. */
const TRIAL = String.raw`${ASK_DNS}
import shutil, subprocess, time
ask = json.load(sys.stdin)
folder = ask["folder"]
shutil.rmtree(folder, ignore_errors=True)
try:
    for path in (folder + "/conf/x", folder + "/state/dhcp-hosts.d/x"):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    for path, text in ask["files"].items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    ip = lambda *words: subprocess.run(["ip", *words], check=True)
    ip("link", "set", "lo", "up")
    ip("link", "add", "name", ask["nic"], "type", "bridge")
    ip("link", "set", ask["nic"], "up")
    for address in ask["addresses"]:
        ip("address", "add", address, "dev", ask["nic"], *(["nodad"] if ":" in address else []))
    log = folder + "/log"
    dnsmasq = subprocess.Popen(["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--conf-dir=%s/conf,*.conf" % folder, "--pid-file=", "--log-facility=" + log],
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, text=True)
    # It answers for its own domain as soon as it has read everything.
    while dnsmasq.poll() is None and query(ask["server"], "localhost", "A")[0].startswith("no answer"):
        time.sleep(0.02)
    lines = open(log).read().splitlines() if os.path.exists(log) else []
    if dnsmasq.poll() is not None:
        said = [line for line in lines if "FAILED" in line or "failed" in line]
        json.dump({"refusal": dnsmasq.stderr.read().strip() or "; ".join(said[-2:]) or "it ends with exit code %d" % dnsmasq.returncode, "log": [], "dns": []}, sys.stdout)
    else:
        told = answers(ask["server"], ask["questions"])
        json.dump({"refusal": "", "log": open(log).read().splitlines(), "dns": told}, sys.stdout)
        dnsmasq.kill()
finally:
    shutil.rmtree(folder, ignore_errors=True)
`;
