import * as z from 'zod';
import { MAX_NAME } from './dns.ts';
import { judged, wrongOrMissing } from './fields.ts';

/** Entries of a list or map at most: more are a mistake, and the API server has to know a bound for its own rules. */
const MOST = 50;

/** At most as many entries as the API server is told. @param words what is wanted, as a predicate */
export const listOf = <T extends z.ZodType>(entry: T, words: string): z.ZodArray<T> =>
  z.array(entry, { error: wrongOrMissing(words) }).max(MOST, `has more than ${MOST} entries`);

/** Texts, none of them twice. */
export const setOfTexts = (entry: z.ZodString, words: string) =>
  judged(listOf(entry.meta({ maxLength: MAX_NAME }), words), twice).meta({ 'x-kubernetes-list-type': 'set' });

const twice = (entries: readonly string[]): string | undefined => {
  const again = entries.find((entry, index) => entries.indexOf(entry) < index);
  return again === undefined ? undefined : `has ${again} twice`;
};

/** By keys that a person chooses. `keyProblem`: what is wrong with one, as a predicate on what it holds. */
export const mapOf = <T extends z.ZodType>(
  entry: T,
  words: string,
  keyProblem: (key: string) => string | undefined = () => undefined,
): z.ZodRecord<z.ZodString, T> =>
  z
    .record(z.string(), entry, { error: wrongOrMissing(words) })
    .superRefine((map, context) => {
      const keys = Object.keys(map);
      if (keys.length > MOST) context.addIssue({ code: 'custom', message: `has more than ${MOST} entries` });
      for (const key of keys) {
        const message = keyProblem(key);
        if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message });
      }
    })
    .meta({ maxProperties: MOST });
