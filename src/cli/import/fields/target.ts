import { type Conversion, type Field, kept, lost, unneeded } from '../field.ts';

const ISTIO_ONLY =
  'Headgate divides traffic by Istio alone; bring the application into the mesh or behind an Istio gateway first, or leave it with Flagger';

/** Groups in which Deployments once were; clusters have them under apps/v1 alone. */
const OLD_GROUPS = new Set(['extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2']);

const deploymentVersion = (value: unknown): Conversion =>
  OLD_GROUPS.has(String(value)) ? { value: 'apps/v1', note: 'is gone from clusters: apps/v1 is written' } : { value };

/** What is released, and by which means. */
export const TARGET_FIELDS: readonly Field[] = [
  lost('spec.provider', ISTIO_ONLY, (value) => value === 'istio' || value === ''),
  lost(
    'spec.metricsServer',
    'all releases are measured by one Prometheus, HEADGATE_METRICS_SERVER of the scheduler (metricsServer in the chart)',
  ),
  kept('spec.targetRef.apiVersion', { convert: deploymentVersion, words: 'older groups become `apps/v1`' }),
  kept('spec.targetRef.kind', { words: 'only a Deployment can be held: nothing is made of a DaemonSet or a Service' }),
  kept('spec.targetRef.name'),
  unneeded(
    'spec.autoscalerRef.apiVersion',
    'the version follows from the kind, and the versions of old are gone from clusters',
  ),
  kept('spec.autoscalerRef.{kind,name}'),
  unneeded(
    'spec.autoscalerRef.primaryScalerQueries',
    'there is no second autoscaler: the running version keeps the name of the Deployment, and the queries of the ScaledObject itself fit',
  ),
  lost(
    'spec.autoscalerRef.primaryScalerReplicas.{minReplicas,maxReplicas}',
    'there is no second autoscaler: write these bounds into the one that the Deployment has',
  ),
  lost('spec.ingressRef.{apiVersion,kind,name}', ISTIO_ONLY),
  lost('spec.routeRef.{apiVersion,kind,name}', ISTIO_ONLY),
  lost('spec.upstreamRef.{apiVersion,kind,name,namespace}', ISTIO_ONLY),
  kept('spec.progressDeadlineSeconds'),
  kept('spec.skipAnalysis'),
  kept('spec.suspend'),
  unneeded(
    'spec.revertOnDeletion',
    'Headgate replaces nothing and scales nothing of yours to zero, so without it there is nothing to put back',
  ),
  unneeded(
    'spec.canaryAnalysis',
    'it is the older name of spec.analysis, and read in its place; beside it, Flagger does not look at it either',
  ),
];
