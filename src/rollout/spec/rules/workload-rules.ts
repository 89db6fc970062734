import { CANARY_SUFFIX, PREFIX } from '../../keys.ts';
import type { Container, Deployment } from '../../kube.ts';
import { canaryName } from '../../names.ts';
import { prefixed } from '../../prefixed.ts';
import { isWithoutSurge } from '../../workload/strategy.ts';
import { SETTINGS } from '../annotations/annotation-keys.ts';
import { isDnsLabel, MAX_LABEL } from '../schema/dns.ts';
import type { Problem } from '../spec-types.ts';

/** What of a Deployment itself makes a canary beside it impossible, whatever the settings. */
export const workloadProblems = (deployment: Deployment): Problem[] => RULES.flatMap((rule) => rule(deployment));

type Rule = (deployment: Deployment) => Problem[];

/** Services of the name, with and without the suffix, are made. */
const nameFits: Rule = ({ metadata: { name } }) => {
  const key = 'metadata.name';
  const length = canaryName(name).length;
  if (length > MAX_LABEL) {
    const most = MAX_LABEL - CANARY_SUFFIX.length;
    return [
      {
        key,
        value: name,
        message: `has ${name.length} characters; at most ${most} leave room for the suffix ${CANARY_SUFFIX}`,
      },
    ];
  }
  if (isDnsLabel(name) && /^[a-z]/.test(name)) return [];
  return [{ key, value: name, message: 'cannot be the name of a Service: that begins with a letter and has no dots' }];
};

const historyKept: Rule = ({ spec }) =>
  spec.revisionHistoryLimit === 0
    ? [
        {
          key: 'spec.revisionHistoryLimit',
          value: 0,
          message: 'would lose the running version if it is scaled to zero while another is held; write 1 or more',
        },
      ]
    : [];

const nodePorts: Rule = ({ spec }) => {
  const pod = spec.template.spec;
  const path = 'spec.template.spec';
  if (pod.hostNetwork === true) {
    const message =
      'lets two versions claim the same ports of a node, so the canary could not start beside; use a Service instead';
    return [{ key: `${path}.hostNetwork`, value: true, message }];
  }
  return [
    ...hostPorts(pod.containers ?? [], `${path}.containers`),
    ...hostPorts(pod.initContainers ?? [], `${path}.initContainers`),
  ];
};

/** 0 is how the API says none. */
const hostPorts = (containers: readonly Container[], path: string): Problem[] =>
  containers.flatMap(({ ports = [] }, container) =>
    ports.flatMap(({ hostPort = 0 }, port) =>
      hostPort === 0
        ? []
        : [
            {
              key: `${path}[${container}].ports[${port}].hostPort`,
              value: hostPort,
              message:
                'can be held by one version on a node only, so the canary could not start beside; use a Service instead',
            },
          ],
    ),
  );

/**
 * A volume claim may have one writer only; the template does not say. A roll-out that never has a pod beside the others is
 * how a Deployment says so, and a canary would be such a pod. How many replicas there are does not matter: they change
 * without anybody being asked.
 */
const volumesShared: Rule = (deployment) => {
  const { strategy, template } = deployment.spec;
  const claims = (template.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim ?? []);
  if (!isWithoutSurge(deployment) || claims.length === 0) return [];
  const names = claims.map(({ claimName }) => claimName).join(', ');
  if (strategy?.type === 'Recreate') {
    const message = `with the volume claim ${names} says that two versions never share the volume, and a canary would; use RollingUpdate if they may`;
    return [{ key: 'spec.strategy.type', value: 'Recreate', message }];
  }
  const message = `with the volume claim ${names} says that no pod starts beside those that have the volume, and a canary would; write 1 or more if two versions may share it`;
  return [{ key: 'spec.strategy.rollingUpdate.maxSurge', value: strategy?.rollingUpdate?.maxSurge, message }];
};

/** Annotations of the pod template do not reach Headgate. */
const settingsOnTop: Rule = ({ spec }) =>
  prefixed(spec.template.metadata?.annotations)
    .filter(([key]) => SETTINGS.has(key.slice(PREFIX.length)))
    .map(([key, value]) => ({
      key: `spec.template.metadata.annotations[${key}]`,
      value,
      message: 'is not read there; move it to the annotations of the Deployment itself, in metadata.annotations',
    }));

const RULES: readonly Rule[] = [nameFits, historyKept, nodePorts, volumesShared, settingsOnTop];
