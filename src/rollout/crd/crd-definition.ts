import { API_GROUP } from '../keys.ts';
import type { StructuralSchema } from './crd-schema.ts';

/** The version of the API that is stored. */
const VERSION = 'v1';

/** What `kubectl get` shows of an object besides its name. */
export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'date';
  description: string;
  jsonPath: string;
}

interface Definition {
  kind: string;
  plural: string;
  shortName: string;
  description: string;
  /** `Namespaced` when left out. */
  scope?: 'Namespaced' | 'Cluster';
  columns: readonly PrinterColumn[];
  spec: StructuralSchema;
  /** Left out where Headgate writes none: then there is no such subresource. */
  status?: StructuralSchema;
}

/** The CustomResourceDefinition of one of Headgate's kinds. */
export const definitionOf = ({
  kind,
  plural,
  shortName,
  description,
  scope = 'Namespaced',
  columns,
  spec,
  status,
}: Definition): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${API_GROUP}`, labels: { 'app.kubernetes.io/name': 'headgate' } },
  spec: {
    group: API_GROUP,
    scope,
    names: {
      kind,
      listKind: `${kind}List`,
      plural,
      singular: kind.toLowerCase(),
      shortNames: [shortName],
      categories: ['all'],
    },
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        ...(status && { subresources: { status: {} } }),
        additionalPrinterColumns: columns,
        schema: { openAPIV3Schema: schemaOf(description, { spec, ...(status && { status }) }) },
      },
    ],
  },
});

const schemaOf = (description: string, own: Record<string, StructuralSchema>): StructuralSchema => ({
  description,
  type: 'object',
  required: ['spec'],
  properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, ...own },
});
