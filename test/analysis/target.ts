import type { QueryTarget } from '../../src/analysis/queries.ts';

/** An app whose Deployment and Services have other names, so that none is taken for the other. */
export const target: QueryTarget = {
  namespace: 'prod',
  workloads: { stable: 'podinfo', canary: 'podinfo-canary' },
  services: { stable: 'web', canary: 'web-canary' },
  hosts: ['shop.example.com', '*.shop.example.com'],
};
