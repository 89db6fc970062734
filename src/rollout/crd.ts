import { type StructuralSchema, structural } from './crd-schema.ts';
import { API_GROUP } from './keys.ts';
import { formSchema } from './spec-schema.ts';
import { PHASES } from './state.ts';

/** The version of the API that is stored. */
const VERSION = 'v1';

interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  description: string;
  jsonPath: string;
}

const COLUMNS: readonly Column[] = [
  { name: 'Status', type: 'string', description: 'Where the release is.', jsonPath: '.status.phase' },
  {
    name: 'Weight',
    type: 'integer',
    description: 'Percent of the traffic that the canary gets.',
    jsonPath: '.status.canaryWeight',
  },
  { name: 'Step', type: 'string', description: 'Steps of the plan that were taken.', jsonPath: '.status.step' },
  {
    name: 'Failed checks',
    type: 'integer',
    description: 'Failed checks of this release.',
    jsonPath: '.status.failedChecks',
  },
  { name: 'Revision', type: 'string', description: 'The revision under release.', jsonPath: '.status.revision' },
  {
    name: 'Last transition',
    type: 'date',
    description: 'When the status last changed.',
    jsonPath: '.status.lastTransitionTime',
  },
];

const time: StructuralSchema = { type: 'string', format: 'date-time' };

const condition: StructuralSchema = {
  type: 'object',
  required: ['type', 'status'],
  properties: {
    type: { type: 'string' },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: { type: 'string' },
    message: { type: 'string' },
    lastTransitionTime: time,
    observedGeneration: { type: 'integer', format: 'int64' },
  },
};

/** What people and tools read is typed; the rest is Headgate's memory, kept as it is written (templates above all). */
const status: StructuralSchema = {
  description: 'Written by Headgate.',
  type: 'object',
  properties: {
    observedGeneration: { type: 'integer', format: 'int64' },
    phase: { type: 'string', enum: [...PHASES] },
    canaryWeight: { type: 'integer', format: 'int32' },
    step: { type: 'string' },
    failedChecks: { type: 'integer', format: 'int32' },
    revision: { type: 'string' },
    lastTransitionTime: time,
    conditions: {
      type: 'array',
      items: condition,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
  },
  'x-kubernetes-preserve-unknown-fields': true,
};

const schema = (): StructuralSchema => ({
  description: 'How a Deployment is released, and how far the release is.',
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: structural(formSchema),
    status,
  },
});

/** The CustomResourceDefinition of Canary. */
export const canaryCrd = (): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `canaries.${API_GROUP}`, labels: { 'app.kubernetes.io/name': 'headgate' } },
  spec: {
    group: API_GROUP,
    scope: 'Namespaced',
    names: {
      kind: 'Canary',
      listKind: 'CanaryList',
      plural: 'canaries',
      singular: 'canary',
      shortNames: ['hgc'],
      categories: ['all'],
    },
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: COLUMNS,
        schema: { openAPIV3Schema: schema() },
      },
    ],
  },
});
