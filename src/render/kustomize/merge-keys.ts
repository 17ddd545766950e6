import type { ResourceId } from './kustomize-resource.ts';

/** How lists below a field are merged; a list without `keys` is replaced. */
export interface MergeSchema {
  readonly fields?: Readonly<Record<string, MergeSchema>>;
  /** Elements with the same values of these are one; none of them: a set of plain values. */
  readonly keys?: readonly string[];
  readonly items?: MergeSchema;
}

const by = (keys: readonly string[], items?: MergeSchema): MergeSchema => (items === undefined ? { keys } : { keys, items });
const within = (path: readonly string[], schema: MergeSchema): MergeSchema =>
  path.reduceRight<MergeSchema>((inner, key) => ({ fields: { [key]: inner } }), schema);

const METADATA: MergeSchema = { fields: { finalizers: by([]), ownerReferences: by(['uid']) } };

const CONTAINER: MergeSchema = {
  fields: { env: by(['name']), ports: by(['containerPort', 'protocol']), volumeDevices: by(['devicePath']), volumeMounts: by(['mountPath']) },
};

const POD: MergeSchema = {
  fields: {
    metadata: METADATA,
    spec: {
      fields: {
        containers: by(['name'], CONTAINER),
        initContainers: by(['name'], CONTAINER),
        ephemeralContainers: by(['name'], CONTAINER),
        hostAliases: by(['ip']),
        imagePullSecrets: by(['name']),
        topologySpreadConstraints: by(['topologyKey', 'whenUnsatisfiable']),
        volumes: by(['name']),
      },
    },
  },
};

const CONDITIONS = within(['status', 'conditions'], by(['type']));
const WORKLOAD = withStatus(within(['spec', 'template'], POD));
const WEBHOOKS = within(['webhooks'], by(['name']));

/** Fields that Kubernetes' own API merges element by element (x-kubernetes-patch-strategy of its OpenAPI, 1.21). */
const KINDS: Readonly<Record<string, MergeSchema>> = {
  '/Pod': { fields: { ...POD.fields, status: { fields: { conditions: by(['type']), podIPs: by(['ip']) } } } },
  '/PodTemplate': within(['template'], POD),
  '/ReplicationController': WORKLOAD,
  '/Service': withStatus(within(['spec', 'ports'], by(['port', 'protocol']))),
  '/ServiceAccount': within(['secrets'], by(['name'])),
  '/Namespace': CONDITIONS,
  '/PersistentVolumeClaim': CONDITIONS,
  '/Node': {
    fields: { spec: { fields: { podCIDRs: by([]) } }, status: { fields: { addresses: by(['type']), conditions: by(['type']) } } },
  },
  'apps/Deployment': WORKLOAD,
  'apps/DaemonSet': WORKLOAD,
  'apps/ReplicaSet': WORKLOAD,
  'apps/StatefulSet': WORKLOAD,
  'batch/Job': WORKLOAD,
  'batch/CronJob': within(['spec', 'jobTemplate'], { fields: { metadata: METADATA, ...within(['spec', 'template'], POD).fields } }),
  'policy/PodDisruptionBudget': CONDITIONS,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': WEBHOOKS,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': WEBHOOKS,
  'apiregistration.k8s.io/APIService': CONDITIONS,
  'storage.k8s.io/CSINode': within(['spec', 'drivers'], by(['name'])),
};

const OWN_GROUPS: ReadonlySet<string> = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

/** Undefined for custom kinds: kustomize has no schema of them and replaces every list. */
export function mergeSchemaOf({ group, kind }: ResourceId): MergeSchema | undefined {
  if (!OWN_GROUPS.has(group)) return undefined;
  return { fields: { ...KINDS[`${group}/${kind}`]?.fields, metadata: METADATA } };
}

function withStatus(schema: MergeSchema): MergeSchema {
  return { fields: { ...schema.fields, ...CONDITIONS.fields } };
}
