import * as z from 'zod';
import { HELD, ROLLING } from '../keys.ts';
import type { Deployment } from '../kube.ts';

/** Why a hold can no more be promoted. */
export const VERDICTS = ['failed'] as const;

const holdSchema = z.object({
  /** Revision of the held template (template.ts). */
  revision: z.string().min(1),
  /** User name of who asked for it, from the admission request. */
  by: z.string(),
  /** The Deployment was paused by its user when the template was held: the canary waits for that user's resume. */
  userPaused: z.literal(true).optional(),
  /** Set by the scheduler, before anything else happens to a failed revision. */
  verdict: z.enum(VERDICTS).optional(),
  /** One sentence: why the verdict. */
  reason: z.string().optional(),
});

/**
 * The closed gate, as it stands in the `headgate.dev/held` annotation. The webhook writes it (a pure function of the old
 * object, the new template and the user), the scheduler adds a verdict or removes it.
 */
export type Hold = z.infer<typeof holdSchema>;

const rollingSchema = z.object({ from: z.string(), to: z.string() });

/** A lift whose native roll-out is not done: revisions gone from and to. `from` may always be gone back to. */
export type Rolling = z.infer<typeof rollingSchema>;

/** What the annotation says: nothing, a hold, or words that are not Headgate's (doubt, which refuses). */
export type HoldReading =
  | { state: 'open' }
  | { state: 'held'; hold: Hold; raw: string }
  | { state: 'unreadable'; raw: string };

/** Never throws: words that are no hold are `unreadable`. */
export function readHold(deployment: Pick<Deployment, 'metadata'>): HoldReading {
  const raw = deployment.metadata.annotations?.[HELD];
  if (raw === undefined) return { state: 'open' };
  const parsed = holdSchema.safeParse(parseJson(raw));
  return parsed.success ? { state: 'held', hold: parsed.data, raw } : { state: 'unreadable', raw };
}

/** Undefined for no annotation, and for one that cannot be read. */
export function readRolling(deployment: Pick<Deployment, 'metadata'>): Rolling | undefined {
  const raw = deployment.metadata.annotations?.[ROLLING];
  return raw === undefined ? undefined : rollingSchema.safeParse(parseJson(raw)).data;
}

/** Keys in a fixed order, so that the same hold is always the same text (a JSON Patch `test` compares texts). */
export function writeHold({ revision, by, userPaused, verdict, reason }: Hold): string {
  return JSON.stringify({ revision, by, userPaused, verdict, reason });
}

export const writeRolling = ({ from, to }: Rolling): string => JSON.stringify({ from, to });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
