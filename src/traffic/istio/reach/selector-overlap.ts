import type { Service } from '../../../rollout/kube.ts';
import { istioName, namespaceOf } from './objects.ts';
import { type RouteRefusal, refuseRoute } from './refusal.ts';
import { hasSelector } from './service.ts';

/** The Services besides the canary's own that would send requests to its pods, whatever the weights say. */
export const selectorOverlaps = (
  services: readonly Service[],
  canary: Service,
  podLabels: Readonly<Record<string, string>>,
): RouteRefusal[] =>
  services
    .filter((service) => istioName(service) !== istioName(canary) && namespaceOf(service) === namespaceOf(canary))
    .filter((service) => isSelecting(service, podLabels))
    .map((service) =>
      refuseRoute(
        'SelectorOverlap',
        `Service ${istioName(service)} selects the canary's pods too (${selectorWords(service)}), so they get traffic without a weight; select by a label that they do not have`,
      ),
    );

const isSelecting = (service: Service, labels: Readonly<Record<string, string>>): boolean =>
  hasSelector(service) && Object.entries(service.spec.selector ?? {}).every(([key, value]) => labels[key] === value);

const selectorWords = ({ spec }: Service): string =>
  Object.entries(spec.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
