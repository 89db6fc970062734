import { isOneOf, when, written } from '../conversions.ts';
import { comesOver, type FieldRow, fieldsBelow, lost, tableOf, unneeded } from '../field-table.ts';
import { ANALYSIS_FIELDS } from './analysis.ts';
import { SERVICE_FIELDS } from './service.ts';

const ISTIO_ONLY =
  'Headgate divides traffic by Istio alone; bring the application into the mesh or behind an Istio gateway first, or leave it with Flagger';

/** Groups in which Deployments once were; clusters have them under apps/v1 alone. */
const isOldGroup = isOneOf('extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2');

/** What is released, and by which means. */
const TARGET_FIELDS = fieldsBelow('spec', {
  provider: lost(ISTIO_ONLY, isOneOf('istio', '')),
  metricsServer: lost(
    'Headgate has one for all releases, HEADGATE_METRICS_SERVER of the scheduler (metricsServer in the chart); a MetricTemplate asks another',
  ),
  'targetRef.apiVersion': comesOver({
    convert: when(isOldGroup, written('apps/v1', 'is gone from clusters: apps/v1 is written')),
    words: 'older groups become `apps/v1`',
  }),
  'targetRef.kind': comesOver({
    words: 'only a Deployment can be held: nothing is made of a DaemonSet or a Service',
  }),
  'targetRef.name': comesOver(),
  'autoscalerRef.apiVersion': unneeded(
    'the version follows from the kind, and the versions of old are gone from clusters',
  ),
  'autoscalerRef.{kind,name}': comesOver(),
  'autoscalerRef.primaryScalerQueries': unneeded(
    'the running version keeps the name of the Deployment, so the queries of the ScaledObject itself fit; those of the canary are made of them',
  ),
  'autoscalerRef.primaryScalerReplicas.{minReplicas,maxReplicas}': lost(
    'the running version has no autoscaler of its own: write these bounds into the one that the Deployment has; those of the canary follow from them by its weight',
  ),
  'ingressRef.{apiVersion,kind,name}': lost(ISTIO_ONLY),
  'routeRef.{apiVersion,kind,name}': lost(ISTIO_ONLY),
  'upstreamRef.{apiVersion,kind,name,namespace}': lost(ISTIO_ONLY),
  progressDeadlineSeconds: comesOver(),
  skipAnalysis: comesOver(),
  suspend: comesOver(),
  revertOnDeletion: unneeded(
    'Headgate replaces nothing and scales nothing of yours to zero, so without it there is nothing to put back',
  ),
  canaryAnalysis: unneeded(
    'it is the older name of spec.analysis, and read in its place; beside it, Flagger does not look at it either',
  ),
});

/** Every field of Flagger's Canary, with what becomes of it: what the program does, and what docs/import.md says. */
export const CANARY_FIELDS: readonly FieldRow[] = [...TARGET_FIELDS, ...SERVICE_FIELDS, ...ANALYSIS_FIELDS];

export const CANARY_TABLE = tableOf(CANARY_FIELDS);
