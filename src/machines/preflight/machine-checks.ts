import { targetFilter } from '../targets.ts';
import { differences } from '../apply-lab.ts';
import { sentenceOf } from '../changes/change.ts';
import { leftovers } from '../changes/removals.ts';
import { parseXml } from '../changes/xml-drift.ts';
import type { Check, Found, LabFacts } from './check.ts';

const SICK = new Set(['paused', 'crashed', 'pmsuspended']);

/** Checks of VMs, and of what is otherwise not as planned. */
export const machineChecks: readonly Check[] = [
  {
    id: 'NET-MAC-DUP',
    severity: 'error',
    finds: 'one MAC in two VMs, shut off ones among them: libvirt does not refuse it',
    fix: 'undefine the VM that is not planned, or give it another MAC',
    find: duplicateMacs,
  },
  {
    id: 'BMC-REACH',
    severity: 'error',
    finds: 'a bare-metal host’s BMC that is silent, refuses its password, or has no such system',
    fix: 'try the address of the lab file from the jumphost: curl -k -u USER URL; and the password file that it names',
    find: ({ plan, bmcs }) =>
      [...bmcs].flatMap(([on, { status, error }]) => {
        if (status === 200) return [];
        const { url, username } = plan.machines.find(({ name }) => name === on)!.bmc;
        const what =
          status === 0
            ? 'does not answer'
            : status === 401 || status === 403
              ? `refuses the password of ${username}`
              : status === 404
                ? 'has no such system'
                : 'is not well';
        return [{ on, message: `the BMC of ${on} ${what}`, evidence: `GET ${url}: ${status === 0 ? error : status}` }];
      }),
  },
  {
    id: 'VM-LEFTOVER',
    severity: 'warning',
    finds: 'VMs and disks that this lab made and no longer plans',
    fix: 'run labwright lab apply --prune',
    find: ({ plan, state }) =>
      [...state.servers].flatMap(([on, server]) =>
        leftovers(plan, on, server).map((change) => ({ on, message: `${change.kind} ${change.name} is left from an earlier plan`, evidence: change.detail })),
      ),
  },
  {
    id: 'VM-STATE',
    severity: 'error',
    finds: 'a VM that is paused or crashed: often its server’s disk is full',
    fix: 'virsh domstate --reason NAME says why; then virsh resume, or labwright lab apply',
    find: ({ plan, state }) =>
      [...state.servers].flatMap(([on, { domains }]) =>
        domains
          .filter((domain) => domain.lab === plan.lab && SICK.has(domain.state))
          .map(({ name, state: found }) => ({ on, message: `${name} is ${found}`, evidence: `virsh domstate: ${found}` })),
      ),
  },
  {
    id: 'CONFIG-DRIFT',
    severity: 'warning',
    finds: 'anything else in which the lab differs from its plan',
    fix: 'labwright lab apply --dry-run shows what would be changed, and what that means',
    find: ({ plan, state }) => {
      const { leftovers: _told, ...rest } = differences(plan, state, targetFilter(plan, []));
      const byHost = Map.groupBy(Object.values(rest).flat(), ({ on }) => on);
      return [...byHost].map(([on, changes]) => ({ on, message: `${changes.length} things are not as planned`, evidence: sentenceOf(changes[0]!) }));
    },
  },
];

function duplicateMacs({ plan, state }: LabFacts): Found[] {
  const holders = new Map<string, { readonly on: string; readonly name: string; readonly uuid: string }[]>();
  for (const [on, { domains }] of state.servers)
    for (const { name, uuid, xml } of domains)
      for (const element of parseXml(xml).getElementsByTagName('mac')) {
        const mac = element.getAttribute('address')?.toLowerCase();
        if (mac) holders.set(mac, [...(holders.get(mac) ?? []), { on, name, uuid }]);
      }
  const planned = new Map(plan.machines.map((machine) => [machine.mac, machine]));
  return [...holders].flatMap(([mac, found]) => {
    const machine = planned.get(mac);
    const foreign = machine ? found.filter(({ uuid }) => uuid !== machine.uuid) : found.slice(1);
    if (foreign.length === 0) return [];
    const others = machine ? [`${machine.name} (planned)`] : [found[0]!.name];
    return foreign.map(({ on, name }) => ({
      on,
      message: `${name} has the MAC ${mac} of ${others.join()}`,
      evidence: `virsh dumpxml: ${found.map((one) => `${one.on}/${one.name}`).join(', ')}`,
    }));
  });
}
