import type { MetricProviderType } from '../../rollout/spec/metric-templates/metric-providers.ts';
import { http } from './http.ts';
import { prometheus } from './prometheus.ts';
import type { MetricProvider } from './provider.ts';

/** Everybody who can be asked, by the `type` of a template. */
export const PROVIDERS_BY_TYPE: Readonly<Record<MetricProviderType, MetricProvider>> = {
  prometheus,
  http,
};
