import { readAnnotations } from '../rollout/annotations.ts';
import { problemsUnder } from '../rollout/deployment-problems.ts';
import { explain } from '../rollout/explain.ts';
import type { Deployment } from '../rollout/kube.ts';
import { selectorLabelOf } from '../rollout/selector-label.ts';
import { normaliseSpec } from '../rollout/spec.ts';
import type { Outcome, RolloutSpec } from '../rollout/spec-types.ts';
import type { Canary } from './record.ts';

/** A Deployment and a spec that can be followed. */
export interface Enrolled {
  /** Name of the Canary that is its record. */
  record: string;
  spec: RolloutSpec;
  /** The selector label that gets the canary's suffix. */
  label: string;
  /** The spec of the record, where annotations make it. */
  userForm?: object;
  /** What is wrong with the present words (the webhook was away): the last right ones are followed. */
  invalid?: string;
}

/** What a Deployment asks of Headgate. */
export type Plan =
  | { kind: 'optedOut' }
  | { kind: 'enrolled'; enrolled: Enrolled }
  | { kind: 'unusable'; message: string };

/** @param recordOf the Canary of that name beside the Deployment. */
export function readPlan(deployment: Deployment, recordOf: (name: string) => Canary | undefined): Plan {
  const reading = readAnnotations(deployment);
  switch (reading.optedIn) {
    case false:
      return { kind: 'optedOut' };
    case 'canary':
      return planFrom(deployment, { name: reading.canaryName, outcome: specOf(recordOf(reading.canaryName)) });
    case 'unclear':
      return { kind: 'unusable', message: explain(reading.problems) };
    case 'true': {
      const { name } = deployment.metadata;
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

const specOf = (record: Canary | undefined): Outcome<RolloutSpec> =>
  record === undefined
    ? {
        ok: false,
        problems: [{ key: 'headgate.dev/canary', message: 'there is no Canary of that name in this namespace' }],
      }
    : normaliseSpec(record.spec);

interface Source {
  name: string;
  outcome: Outcome<RolloutSpec>;
  userForm?: object | undefined;
  invalid?: string;
}

function planFrom(deployment: Deployment, { name, outcome, userForm, invalid }: Source): Plan {
  if (!outcome.ok) return unusable(invalid ?? explain(outcome.problems));
  const problems = problemsUnder(deployment, outcome.value);
  const label = selectorLabelOf(deployment, outcome.value);
  if (!label.ok) return unusable(explain(problems));
  const wrong = invalid ?? (problems.length > 0 ? explain(problems) : undefined);
  const extras = { ...(userForm && { userForm }), ...(wrong !== undefined && { invalid: wrong }) };
  return { kind: 'enrolled', enrolled: { record: name, spec: outcome.value, label: label.label, ...extras } };
}

const unusable = (message: string): Plan => ({ kind: 'unusable', message });
