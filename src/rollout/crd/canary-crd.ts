import { PHASES } from '../machine/state.ts';
import { formSchema } from '../spec/schema/spec-schema.ts';
import { definitionOf, type PrinterColumn } from './crd-definition.ts';
import { type StructuralSchema, structural } from './crd-schema.ts';

const COLUMNS: readonly PrinterColumn[] = [
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
    description: 'When the phase last changed.',
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
    floor: { type: 'integer', format: 'int32' },
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

/** The CustomResourceDefinition of Canary. */
export const canaryCrd = (): object =>
  definitionOf({
    kind: 'Canary',
    plural: 'canaries',
    shortName: 'hgc',
    description: 'How a Deployment is released, and how far the release is.',
    columns: COLUMNS,
    spec: structural(formSchema),
    status,
  });
