/** How a value is written; what only Ansible can evaluate passes for any of them. */
export type Form = 'text' | 'boolean' | 'number' | 'ip' | 'cidr' | 'mac' | 'uuid' | 'url' | 'list' | 'map' | 'hint' | 'vendor' | 'role';

/** Holds for a host (or for the cluster) when all of it does. `is` compares as Ansible's filter `bool` where it is true or false. */
export interface Condition {
  readonly variable?: string;
  readonly is?: boolean | string;
  /** The variable need only be there. */
  readonly set?: true;
  /** The host is in this group. */
  readonly group?: string;
}

/** Does the agent need it? Only `when` that holds, which `words` say; `otherwise` is what it does without. */
export type Need =
  | { readonly kind: 'required'; readonly when?: Condition; readonly words?: string }
  | { readonly kind: 'optional'; readonly otherwise: string };

/** A variable that dci-openshift-agent reads from an inventory (reference/lab-and-libvirt.md §1.3 to §1.5). */
export interface AgentVariable {
  /** `hosts[].networks[].mac` is in each network of each element of `hosts`. */
  readonly name: string;
  readonly topic: string;
  /** Read from each host of these groups; none: once, for the cluster. */
  readonly of: readonly string[];
  readonly form: Form;
  readonly need: Need;
  /** No two hosts may have the same. */
  readonly unique?: true;
  /** The first release of OpenShift that knows it. */
  readonly since?: string;
  /** Never shown, never stored. */
  readonly secret?: true;
}

/** A group of hosts the agent looks for. */
export interface AgentGroup {
  readonly name: string;
  readonly need: 'required' | 'declared' | 'optional';
  readonly meaning: string;
}

export const METHODS = ['ipi', 'sno', 'abi', 'upi'] as const;
export type Method = (typeof METHODS)[number];

/** Everything the agent reads for one method of installation. */
export interface AgentInventory {
  readonly method: Method;
  readonly groups: readonly AgentGroup[];
  readonly variables: readonly AgentVariable[];
}

type Extra = Partial<Pick<AgentVariable, 'unique' | 'since' | 'secret'>>;

/** Rows of one topic and scope. */
export function rows(topic: string, of: readonly string[]) {
  return {
    required: (name: string, form: Form, extra: Extra = {}): AgentVariable => ({ name, topic, of, form, need: { kind: 'required' }, ...extra }),
    requiredWhen: (name: string, form: Form, when: Condition, words: string, extra: Extra = {}): AgentVariable => ({
      name,
      topic,
      of,
      form,
      need: { kind: 'required', when, words },
      ...extra,
    }),
    optional: (name: string, form: Form, otherwise: string, extra: Extra = {}): AgentVariable => ({
      name,
      topic,
      of,
      form,
      need: { kind: 'optional', otherwise },
      ...extra,
    }),
  };
}
