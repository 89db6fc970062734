import { REQUESTED_BY, REVISION } from '../keys.ts';
import type { Deployment, PodTemplate } from '../kube.ts';
import { canaryName } from '../names.ts';
import { canaryAnnotations, canaryLabels } from './canary-metadata.ts';
import { generatedMeta } from './generated.ts';
import { type StableLabel, stableLabelOf, suffixLabels, suffixPodSelectors, suffixSelector } from './pod-selectors.ts';
import { essence } from './template.ts';

/** The pod template of the canary: the wanted one under another label, without Headgate's leaves. */
function canaryTemplate(template: PodTemplate, label: StableLabel): PodTemplate {
  const { metadata, spec } = essence(template);
  return {
    metadata: { ...metadata, labels: suffixLabels(metadata?.labels, label) },
    spec: suffixPodSelectors(spec, label),
  };
}

export interface CanaryWish {
  revision: string;
  requestedBy: string;
  replicas: number;
  /** The selector label that gets the suffix. */
  label: string;
}

/**
 * The canary Deployment of a held template: the Deployment's own spec under the name and label with the suffix, never
 * paused, so that HPA, PDB and Services of the stable one do not count its pods.
 */
export function canaryDeployment(
  stable: Deployment,
  { revision, requestedBy, replicas, label: key }: CanaryWish,
): Deployment {
  const { paused: _paused, revisionHistoryLimit: _limit, ...spec } = stable.spec;
  const { metadata } = stable;
  const label = stableLabelOf(stable, key);
  const meta = generatedMeta(stable, canaryName(metadata.name), 'canary');
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...meta,
      labels: { ...canaryLabels(metadata.labels, label), ...meta.labels },
      annotations: {
        ...canaryAnnotations(metadata.annotations),
        [REVISION]: revision,
        [REQUESTED_BY]: requestedBy,
      },
    },
    spec: {
      ...spec,
      replicas,
      revisionHistoryLimit: 1,
      selector: suffixSelector(stable.spec.selector, label),
      template: canaryTemplate(stable.spec.template, label),
    },
  };
}
