import { providerSchema } from './alert-provider.ts';
import { structural } from './crd-schema.ts';
import { API_GROUP } from './keys.ts';

const COLUMNS = [
  { name: 'Type', type: 'string', description: 'What receives.', jsonPath: '.spec.type' },
  { name: 'Channel', type: 'string', description: 'Its channel, where it has any.', jsonPath: '.spec.channel' },
];

const schema = (): object => ({
  description: 'A receiver of notifications. Its address is in a Secret.',
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: structural(providerSchema),
  },
});

/** The CustomResourceDefinition of AlertProvider. */
export const alertProviderCrd = (): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `alertproviders.${API_GROUP}`, labels: { 'app.kubernetes.io/name': 'headgate' } },
  spec: {
    group: API_GROUP,
    scope: 'Namespaced',
    names: {
      kind: 'AlertProvider',
      listKind: 'AlertProviderList',
      plural: 'alertproviders',
      singular: 'alertprovider',
      shortNames: ['hgap'],
      categories: ['all'],
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        additionalPrinterColumns: COLUMNS,
        schema: { openAPIV3Schema: schema() },
      },
    ],
  },
});
