import { istio } from './istio/provider.ts';
import type { TrafficProvider } from './provider.ts';

/** What divides traffic in an installation. */
export const PROVIDER: TrafficProvider = istio;
