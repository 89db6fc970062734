import { PREFIX } from '../../keys.ts';
import type { Deployment } from '../../kube.ts';
import { portFindings } from '../../workload/ports.ts';
import { selectorLabelOf } from '../../workload/selector-label.ts';
import { settingTexts } from '../annotations/annotation-form.ts';
import { type AnnotationReading, readAnnotations } from '../annotations/annotations.ts';
import { isQualifiedName } from '../schema/dns.ts';
import { specKey } from '../spec.ts';
import type { Problem, RolloutSpec } from '../spec-types.ts';
import { valueAt } from './findings.ts';
import { workloadProblems } from './workload-rules.ts';

/**
 * All that is wrong with an enrolled Deployment, in its annotations and in itself; nothing for one that is not enrolled.
 * Where a Canary has the settings, what depends on them is left to `problemsUnder`.
 */
export function problemsOf(deployment: Deployment): Problem[] {
  const reading = readAnnotations(deployment);
  if (reading.optedIn === false) return [];
  const selector = reading.optedIn === 'canary' ? [] : annotatedSelector(deployment);
  return [...settingProblems(reading), ...selector, ...workloadProblems(deployment)];
}

function settingProblems(reading: Exclude<AnnotationReading, { optedIn: false }>): Problem[] {
  if (reading.optedIn !== 'true') return reading.problems;
  return reading.outcome.ok ? [] : reading.outcome.problems;
}

/** Judged also while other settings are wrong; a label that is no label has been complained of. */
function annotatedSelector(deployment: Deployment): Problem[] {
  const selectorLabel = settingTexts(deployment.metadata).get(`${PREFIX}selector-label`)?.trim();
  if (selectorLabel !== undefined && !isQualifiedName(selectorLabel)) return [];
  return selectorProblems(deployment, selectorLabel);
}

function selectorProblems(deployment: Deployment, selectorLabel: string | undefined): Problem[] {
  const found = selectorLabelOf(deployment, selectorLabel === undefined ? {} : { selectorLabel });
  return found.ok ? [] : [found.problem];
}

/** All that is wrong with a Deployment under the settings of a Canary, by the Canary's fields where they are the cause. */
export function problemsUnder(deployment: Deployment, spec: RolloutSpec): Problem[] {
  const { selectorLabel } = spec;
  const selector = selectorProblems(deployment, selectorLabel).map((problem) =>
    selectorLabel === undefined ? problem : { ...problem, key: specKey(['selectorLabel']) },
  );
  const ports = portFindings(spec, deployment.spec.template).map(({ path, message }) => ({
    key: specKey(path),
    value: valueAt(spec, path),
    message,
  }));
  return [...selector, ...ports, ...workloadProblems(deployment)];
}
