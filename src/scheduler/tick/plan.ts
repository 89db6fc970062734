import { RecentMap } from '../../recent-map.ts';
import { CANARY } from '../../rollout/keys.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import { type Canary, targetOf } from '../../rollout/machine/canary.ts';
import { readAnnotations } from '../../rollout/spec/annotations/annotations.ts';
import { problemsUnder } from '../../rollout/spec/rules/deployment-problems.ts';
import { normaliseSpec } from '../../rollout/spec/spec.ts';
import type { RolloutSpec, Validated } from '../../rollout/spec/spec-types.ts';
import { explain } from '../../rollout/spec/wording/explain.ts';
import { selectorLabelOf } from '../../rollout/workload/selector-label.ts';
import { isSame } from '../../rollout/workload/template.ts';
import { isWritten } from './owners.ts';

/** By what a Deployment is released. */
export interface ReleasePlan {
  /** Name of the Canary that is its record. */
  record: string;
  spec: RolloutSpec;
  /** The selector label that gets the canary's suffix. */
  label: string;
  /** The spec to write into the record, where the settings are annotations. */
  userForm?: object;
  /** The settings are those of a Canary, which is then a user's, and not of annotations. */
  byCanary?: true;
  /** What is wrong with the settings as they stand now (the webhook was away): the last valid ones are followed. */
  invalid?: string;
}

/** What the settings of a Deployment come to. */
export type PlanReading =
  | { kind: 'optedOut' }
  | { kind: 'planned'; plan: ReleasePlan }
  /** @param recordMissing there is no Canary of the name that the Deployment gives */
  | { kind: 'unusable'; message: string; recordMissing?: true };

/** The Canary of that name beside the Deployment. */
type RecordOf = (name: string) => Canary | undefined;

export function readPlan(deployment: Deployment, recordOf: RecordOf): PlanReading {
  const reading = readAnnotations(deployment);
  switch (reading.optedIn) {
    case false:
      return { kind: 'optedOut' };
    case 'canary':
      if (recordOf(reading.canaryName) === undefined)
        return { kind: 'unusable', message: explain([NO_RECORD]), recordMissing: true };
      return planFrom(deployment, {
        name: reading.canaryName,
        byCanary: true,
        outcome: namedSpec(deployment, reading.canaryName, recordOf),
      });
    case 'unclear':
      return { kind: 'unusable', message: explain(reading.problems) };
    case 'true': {
      const { name } = deployment.metadata;
      const written = recordOf(name);
      if (written && isWritten(written)) return twoOwners(deployment, written);
      if (reading.outcome.ok)
        return planFrom(deployment, { name, outcome: reading.outcome, userForm: reading.userForm });
      return planFrom(deployment, {
        name,
        outcome: specOf(recordOf(name)),
        invalid: explain(reading.outcome.problems),
      });
    }
  }
}

/** The settings of the Canary that a Deployment names, if it is about that Deployment. */
function namedSpec({ metadata }: Deployment, name: string, recordOf: RecordOf) {
  const record = recordOf(name);
  const target = record && targetOf(record);
  if (target === undefined || target === keyOf({ metadata })) return specOf(record);
  const message = `names a Canary that is about ${target}; write the name of one about this Deployment`;
  return { ok: false as const, problems: [{ key: CANARY, value: `canary/${name}`, message }] };
}

/** Annotations opt the Deployment in, and there is a Canary of its name: the Canary's settings are followed. */
const twoOwners = (deployment: Deployment, written: Canary): PlanReading =>
  planFrom(deployment, {
    name: written.metadata.name,
    byCanary: true,
    outcome: specOf(written),
    invalid: `two owners: ${CANARY} is "true", and there is a Canary ${written.metadata.name} that somebody wrote. The Canary is followed; write ${CANARY}: canary/${written.metadata.name}, or delete it`,
  });

const NO_RECORD = { key: CANARY, message: 'there is no Canary of that name in this namespace' };

const specOf = (record: Canary | undefined): Validated<RolloutSpec> =>
  record === undefined ? { ok: false, problems: [NO_RECORD] } : normaliseSpec(record.spec);

interface PlanSource {
  name: string;
  outcome: Validated<RolloutSpec>;
  userForm?: object | undefined;
  byCanary?: true;
  invalid?: string;
}

function planFrom(deployment: Deployment, { name, outcome, userForm, byCanary, invalid }: PlanSource): PlanReading {
  if (!outcome.ok) return unusable(invalid ?? explain(outcome.problems));
  const problems = problemsUnder(deployment, outcome.value);
  const label = selectorLabelOf(deployment, outcome.value);
  if (!label.ok) return unusable(explain(problems));
  const wrong = invalid ?? (problems.length > 0 ? explain(problems) : undefined);
  const extras = {
    ...(userForm && { userForm }),
    ...(byCanary && { byCanary }),
    ...(wrong !== undefined && { invalid: wrong }),
  };
  return { kind: 'planned', plan: { record: name, spec: outcome.value, label: label.label, ...extras } };
}

const unusable = (message: string): PlanReading => ({ kind: 'unusable', message });

interface Known {
  deployment: Deployment;
  /** By their names, the records that were asked for. */
  records: ReadonlyMap<string, Canary | undefined>;
  reading: PlanReading;
}

/** Enough for all with a release under way; for one that is idle, a look is rare. */
const MOST_KNOWN = 1_000;

/**
 * Reads the plans of Deployments, each once for as long as it says the same: nearly all of their changes are of their status,
 * and to read settings and prove them right is the dearest part of a look.
 */
export class PlanReader {
  readonly #known = new RecentMap<string, Known>(MOST_KNOWN);

  /** As `readPlan`. What it gives is shared: nobody changes it. */
  read(deployment: Deployment, recordOf: RecordOf): PlanReading {
    const key = keyOf(deployment);
    const known = this.#known.get(key);
    const isKnown = known !== undefined && isSameDeployment(known.deployment, deployment) && areSame(known, recordOf);
    const { records, reading } = isKnown ? known : readAnew(deployment, recordOf);
    // The newest state, so that no older one is kept in memory.
    this.#known.set(key, { deployment, records: current(records, recordOf), reading });
    return reading;
  }
}

function readAnew(deployment: Deployment, recordOf: RecordOf): Pick<Known, 'records' | 'reading'> {
  const records = new Map<string, Canary | undefined>();
  const reading = readPlan(deployment, (name) => {
    const record = recordOf(name);
    records.set(name, record);
    return record;
  });
  return { records, reading };
}

const current = (records: Known['records'], recordOf: RecordOf): Known['records'] =>
  new Map([...records.keys()].map((name) => [name, recordOf(name)]));

/** All that a plan may follow from: its status has no part in it, nor has the version that changes with that. */
const isSameDeployment = (a: Deployment, b: Deployment): boolean =>
  a === b || (isSame(a.metadata.annotations, b.metadata.annotations) && isSame(a.spec, b.spec));

const areSame = ({ records }: Known, recordOf: RecordOf): boolean =>
  [...records].every(([name, record]) => isSameRecord(record, recordOf(name)));

function isSameRecord(a: Canary | undefined, b: Canary | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && isWritten(a) === isWritten(b) && isSame(a.spec, b.spec);
}
