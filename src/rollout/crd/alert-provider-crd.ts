import { providerSchema } from '../spec/schema/alert-provider.ts';
import { definitionOf, type PrinterColumn } from './crd-definition.ts';
import { structural } from './crd-schema.ts';

const COLUMNS: readonly PrinterColumn[] = [
  { name: 'Type', type: 'string', description: 'What receives.', jsonPath: '.spec.type' },
  { name: 'Channel', type: 'string', description: 'Its channel, where it has any.', jsonPath: '.spec.channel' },
];

/** The CustomResourceDefinition of AlertProvider. */
export const alertProviderCrd = (): object =>
  definitionOf({
    kind: 'AlertProvider',
    plural: 'alertproviders',
    shortName: 'hgap',
    description: 'A receiver of notifications. Its address is in a Secret.',
    columns: COLUMNS,
    spec: structural(providerSchema),
  });
