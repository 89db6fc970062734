import { controllerDefinitions } from '../../rig/binaries/definitions.ts';
import type { Json, Rig } from '../../rig/rig.ts';
import { deploymentOf } from '../support/apps.ts';
import { Controller } from './controller.ts';
import { PLAN, type Placed, type Subject } from './subject.ts';

const ROLLOUT = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', plural: 'rollouts' } as const;

/** Argo Rollouts with its defaults. The Rollout takes the Deployment's place, and its Services and route are the user's to write. */
export async function rollouts(rig: Rig, metrics: string, intervalMs: number): Promise<Subject> {
  const controller = new Controller(rig, {
    name: 'rollouts-controller',
    namespace: 'argo-rollouts',
    definitions: await controllerDefinitions('argo-rollouts'),
    args: [],
    health: 'http://127.0.0.1:8080/healthz',
  });
  return {
    start: () => controller.start(),
    stop: () => controller.stop(),
    pids: () => controller.pids,
    userAgent: /^rollouts-controller\//,
    objectsOf: ({ name }, replicas) => [
      { ...ROLLOUT, object: rollout(name, replicas, intervalMs) },
      ...[name, `${name}-canary`].map((service) => serviceOf(service, name)),
      route(name),
      template(name, metrics, intervalMs),
    ],
    states: `/apis/${ROLLOUT.apiVersion}/${ROLLOUT.plural}`,
    isEnrolled: (state) => isHealthy(state),
    isReleased: (state, image) => isHealthy(state) && imageOf(state) === image,
  };
}

const imageOf = ({ spec }: Json): string => spec.template.spec.containers[0].image;

/** Of its latest revision: all pods are of it. */
const isHealthy = ({ metadata, status }: Json): boolean =>
  status?.phase === 'Healthy' &&
  status.observedGeneration === String(metadata.generation) &&
  status.stableRS === status.currentPodHash;

function rollout(name: string, replicas: number, intervalMs: number): Json {
  const { metadata, spec } = deploymentOf({ replicas })(name);
  const pause = { pause: { duration: `${intervalMs / 1_000}s` } };
  const canary = {
    ...{ stableService: name, canaryService: `${name}-canary` },
    trafficRouting: { istio: { virtualService: { name, routes: ['primary'] } } },
    analysis: { templates: [{ templateName: name }] },
    steps: PLAN.weights.flatMap((weight) => [{ setWeight: weight }, pause]),
  };
  return { metadata, spec: { ...spec, strategy: { canary } } };
}

const serviceOf = (name: string, app: string): Placed => ({
  apiVersion: 'v1',
  kind: 'Service',
  plural: 'services',
  object: { metadata: { name }, spec: { selector: { app }, ports: [{ name: 'http', port: 9898 }] } },
});

const route = (name: string): Placed => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  plural: 'virtualservices',
  object: {
    metadata: { name },
    spec: {
      hosts: [name],
      http: [
        {
          name: 'primary',
          route: [
            { destination: { host: name }, weight: 100 },
            { destination: { host: `${name}-canary` }, weight: 0 },
          ],
        },
      ],
    },
  },
});

function template(name: string, address: string, intervalMs: number): Placed {
  const metric = (check: string, successCondition: string): Json => ({
    ...{ name: check, interval: `${intervalMs / 1_000}s`, failureLimit: 5, successCondition },
    provider: { prometheus: { address, query: `sum(rate(${check.replaceAll('-', '_')}[1m]))` } },
  });
  return {
    apiVersion: ROLLOUT.apiVersion,
    kind: 'AnalysisTemplate',
    plural: 'analysistemplates',
    object: {
      metadata: { name },
      spec: {
        metrics: [
          metric('request-success-rate', `result[0] >= ${PLAN.success}`),
          metric('request-duration', `result[0] <= ${PLAN.durationMs}`),
        ],
      },
    },
  };
}
