import { externalBridge } from '../../render/external-bridge.ts';
import { runScript } from '../../machines/doors/run-script.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { ipiPlace } from './ipi-files.ts';

/** Nested KVM shows only where a VM can be made with it: a device proves nothing (reference/lab-and-libvirt.md, annex). */
const CHECK = String.raw`
command -v virsh > /dev/null || { echo 'NoLibvirt virsh is not installed'; exit; }
virsh --connect qemu:///system domcapabilities --virttype kvm > /dev/null 2>&1 || { echo 'NoKvm its libvirt cannot make a VM with KVM'; exit; }
ip -o link show dev "$1" > /dev/null 2>&1 || { echo "NoBridge it has no bridge $1"; exit; }
echo ok`;

const HINTS: Readonly<Record<string, string>> = {
  NoLibvirt: 'install libvirt and qemu-kvm there, and start libvirtd',
  NoKvm: 'switch nested virtualisation on at its server (kvm_intel or kvm_amd, nested=1), and start libvirtd there',
  NoBridge: 'make that bridge over the NIC that faces the lab, with the address of that NIC',
};

/** What the installer needs of the host it runs on: libvirt with KVM for the bootstrap VM, and the bridge that the VM hangs on. */
export function checkProvisionhost(input: ActionInput): Step<ActionDeps> {
  const { plan, cluster } = input;
  return {
    id: 'check-provisionhost',
    title: `Check the provisionhost of ${cluster.name}`,
    limitMs: 5 * 60_000,
    async run(deps, { signal }) {
      const { host } = ipiPlace(deps, input);
      const script = { purpose: 'check what an installer needs', text: CHECK, args: [externalBridge(plan, cluster)] };
      const { stdout } = await runScript(host.exec, script, { signal });
      const [reason = '', ...words] = stdout.trim().split(' ');
      if (reason === 'ok') return;
      throw new StepFailed(
        'refused',
        { object: host.name, condition: 'ProvisionhostReady', reason, message: words.join(' ') },
        { hint: HINTS[reason] ?? 'look at that host' },
      );
    },
  };
}
