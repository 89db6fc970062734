import { CANARY, PREFIX } from '../../keys.ts';
import { specKey, specOf, type UserForm } from '../spec.ts';
import type { Problem, RolloutSpec, Validated } from '../spec-types.ts';
import { boundProblems } from './annotation-bounds.ts';
import { type Annotated, settingTexts, unknownKeys, userFormOf } from './annotation-form.ts';
import { SETTINGS } from './annotation-keys.ts';
import { readOptIn } from './opt-in.ts';

/** Whether and how a Deployment takes part. Every problem is named by its annotation. */
export type AnnotationReading =
  | { optedIn: false }
  /** Settings in its annotations; `userForm` is there exactly when the outcome is good. */
  | { optedIn: 'true'; outcome: Validated<RolloutSpec>; userForm?: UserForm }
  /** Settings in a Canary of the same namespace. */
  | { optedIn: 'canary'; canaryName: string; problems: Problem[] }
  /** `headgate.dev/canary` says neither, or there is too much to read. */
  | { optedIn: 'unclear'; problems: Problem[] };

/** What the annotations of a Deployment say. */
export function readAnnotations(deployment: Annotated): AnnotationReading {
  const value = deployment.metadata.annotations?.[CANARY];
  if (value === undefined) return { optedIn: false };
  const tooMuch = boundProblems(deployment.metadata);
  if (tooMuch.length > 0) return { optedIn: 'unclear', problems: tooMuch };
  const optIn = readOptIn(value);
  if (optIn.state === 'canary') {
    return { optedIn: 'canary', canaryName: optIn.name, problems: elsewhere(deployment, optIn.name) };
  }
  const form = userFormOf(deployment);
  if (optIn.state === 'unclear') {
    const problem = { key: CANARY, value, message: optIn.message };
    return { optedIn: 'unclear', problems: [problem, ...(form.ok ? [] : form.problems)] };
  }
  if (!form.ok) return { optedIn: 'true', outcome: form };
  return { optedIn: 'true', outcome: { ok: true, value: specOf(form.value) }, userForm: form.value };
}

/** Settings beside a reference to a Canary would go unread. */
function elsewhere({ metadata }: Annotated, canary: string): Problem[] {
  const misplaced = [...settingTexts(metadata)].map(([key, value]) => {
    const field = specKey(SETTINGS.get(key.slice(PREFIX.length))?.path ?? []);
    return {
      key,
      value,
      message: `is not read beside ${CANARY}: canary/${canary}; write ${field} in that Canary instead`,
    };
  });
  return [...unknownKeys(metadata), ...misplaced];
}
