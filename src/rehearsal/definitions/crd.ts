import type { KubeObject } from '../../kube/objects.ts';
import { object } from './schema.ts';
import type { Schema } from './schema.ts';

export interface Definition {
  /** `hive.openshift.io/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope?: 'Namespaced' | 'Cluster';
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Members beside apiVersion, kind and metadata; `!` makes one required. */
  readonly schema: Readonly<Record<string, Schema>>;
  /** Whether status has its own path; nearly every kind has that. */
  readonly hasStatusPath?: boolean;
  /** Columns a client shows, as `Name: JSONPath`, or `Name: JSONPath type`. */
  readonly columns?: Readonly<Record<string, string>>;
}

/** The CustomResourceDefinition of a kind with one version. */
export function crd({
  apiVersion,
  kind,
  plural,
  scope = 'Namespaced',
  shortNames,
  categories,
  schema,
  hasStatusPath = true,
  columns = {},
}: Definition): KubeObject {
  const [group = '', version = ''] = apiVersion.split('/');
  const names = {
    plural,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    ...(shortNames ? { shortNames } : {}),
    ...(categories ? { categories } : {}),
  };
  const additionalPrinterColumns = Object.entries(columns).map(([name, value]) => {
    const [jsonPath = '', type = 'string'] = value.split(' ');
    return { name, jsonPath, type };
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names,
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(hasStatusPath ? { subresources: { status: {} } } : {}),
          ...(additionalPrinterColumns.length > 0 ? { additionalPrinterColumns } : {}),
          schema: { openAPIV3Schema: object({ apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, ...schema }) },
        },
      ],
    },
  };
}
