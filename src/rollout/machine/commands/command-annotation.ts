import * as z from 'zod';
import { COMMAND, COMMAND_BY } from '../../keys.ts';

export const ACTIONS = ['abort', 'promote', 'pause', 'resume', 'retry', 'revert', 'pin'] as const;
export type Action = (typeof ACTIONS)[number];

/** Characters of the annotation; a longer one is no command. */
export const MAX_COMMAND = 4_096;
/** Characters of each text in it: it is recorded, and told. */
const MAX_WORD = 253;

const commandSchema = z.object({
  /** Unique per command; a command is carried out once. */
  id: z.string().min(1).max(MAX_WORD),
  action: z.enum(ACTIONS),
  /** The revision that its author saw; for another one it is refused. */
  revision: z.string().max(MAX_WORD).optional(),
});

/** What a person asked for, as it stands in the `headgate.dev/command` annotation of the Canary. */
export type Command = z.infer<typeof commandSchema>;

interface Stamped {
  /** User name of who wrote it, as the webhook stamped it; undefined where it was written past the webhook. */
  by?: string;
}

export type StampedCommand = Command & Stamped;

/** What stands in the annotation, and is no command. */
export interface UnreadableCommand extends Stamped {
  id: string;
  /** What would be one, for a person. */
  problem: string;
}

type Annotations = Readonly<Record<string, string>>;

/** Undefined where there is no annotation. */
export function readCommand(annotations: Annotations = {}): StampedCommand | UnreadableCommand | undefined {
  const { [COMMAND]: raw, [COMMAND_BY]: by } = annotations;
  if (raw === undefined) return undefined;
  return { ...parse(raw), ...(by !== undefined && { by }) };
}

function parse(raw: string): Command | UnreadableCommand {
  if (raw.length > MAX_COMMAND) return unreadable(raw);
  try {
    const parsed = commandSchema.safeParse(JSON.parse(raw));
    return parsed.success ? parsed.data : unreadable(raw);
  } catch {
    return unreadable(raw);
  }
}

const MAX_ID = 100;

const unreadable = (raw: string): UnreadableCommand => ({
  id: raw.slice(0, MAX_ID),
  problem: `${COMMAND} is no command; use kubectl headgate ${ACTIONS.join(', ')}, or write {"id": "any text that is new", "action": "abort"}`,
});
