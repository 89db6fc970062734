import { BYPASS_AT, BYPASS_BY, BYPASS_SPENT, HELD, PREFIX, ROLLING } from '../../keys.ts';
import type { ObjectMeta } from '../../kube.ts';
import { prefixed } from '../../prefixed.ts';
import type { Problem } from '../spec-types.ts';
import { SETTINGS } from './annotation-keys.ts';
import { yamlTokens } from './annotation-text.ts';

/** Annotations with the prefix, on one Deployment. */
export const MAX_KEYS = 64;
/** Characters of one of them. */
export const MAX_TEXT = 32_768;
/** Tokens of all that are YAML, together: words, numbers, texts, escapes in them, signs, line ends and spaces between. */
export const MAX_TOKENS = 3_072;

/** What Headgate itself writes. */
const STATE: ReadonlySet<string> = new Set([HELD, ROLLING, BYPASS_BY, BYPASS_AT, BYPASS_SPENT]);

/**
 * What there is too much of in the annotations of a Deployment. Nothing else of them is looked at then: whoever wrote them
 * waits for the answer, and so do others. What Headgate itself writes there is not counted.
 */
export function boundProblems({ annotations }: Pick<ObjectMeta, 'annotations'>): Problem[] {
  const written = prefixed(annotations).filter(([key]) => !STATE.has(key));
  if (written.length > MAX_KEYS) return [tooMany(written.length)];
  const long = written.filter(([, text]) => text.length > MAX_TEXT);
  return long.length > 0 ? long.map(tooLong) : tooMuchYaml(written);
}

const tooMany = (count: number): Problem => ({
  key: `${PREFIX}…`,
  value: undefined,
  message: `is the beginning of ${count} annotations; at most ${MAX_KEYS} are read`,
});

const tooLong = ([key, value]: readonly [string, string]): Problem => ({
  key,
  value,
  message: `is ${value.length} characters long; at most ${MAX_TEXT} are read`,
});

/** By their order, the first with which it is too much. */
function tooMuchYaml(written: readonly (readonly [string, string])[]): Problem[] {
  let left = MAX_TOKENS;
  for (const [key, value] of written) {
    if (SETTINGS.get(key.slice(PREFIX.length))?.isYaml !== true) continue;
    left -= yamlTokens(value, left);
    if (left >= 0) continue;
    const message = `brings the YAML in annotations to more than ${MAX_TOKENS} words and signs; write all settings into a Canary, which takes more`;
    return [{ key, value, message }];
  }
  return [];
}
