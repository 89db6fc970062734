import { metricTemplateSchema } from '../spec/schema/metric-template.ts';
import { definitionOf, type PrinterColumn } from './crd-definition.ts';
import { structural } from './crd-schema.ts';

const COLUMNS: readonly PrinterColumn[] = [
  { name: 'Provider', type: 'string', description: 'Who is asked.', jsonPath: '.spec.provider.type' },
  { name: 'Address', type: 'string', description: 'Where it is.', jsonPath: '.spec.provider.address' },
];

const SAME = { columns: COLUMNS, spec: structural(metricTemplateSchema) };

/** The CustomResourceDefinition of MetricTemplate. */
export const metricTemplateCrd = (): object =>
  definitionOf({
    kind: 'MetricTemplate',
    plural: 'metrictemplates',
    shortName: 'hgmt',
    description: 'How a metric is measured: whom to ask, and what. Its credentials are in a Secret.',
    ...SAME,
  });

/** The CustomResourceDefinition of ClusterMetricTemplate. */
export const clusterMetricTemplateCrd = (): object =>
  definitionOf({
    kind: 'ClusterMetricTemplate',
    plural: 'clustermetrictemplates',
    shortName: 'hgcmt',
    scope: 'Cluster',
    description:
      "A MetricTemplate for the Canaries of all namespaces. Its credentials are in a Secret of Headgate's namespace.",
    ...SAME,
  });
