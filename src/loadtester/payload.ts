import * as z from 'zod';
import { isDnsLabel, isDnsSubdomain } from '../rollout/spec/schema/dns.ts';

/** What a webhook sends, Headgate's and Flagger's alike; `phase`, `checksum` and anything else are not looked at. */
export interface ReceivedPayload {
  /** Of the canary. */
  name: string;
  namespace: string;
  metadata?: Readonly<Record<string, string>> | undefined;
}

const text = (error: string) => z.string({ error });

const SCHEMA = z.object(
  {
    name: text('is the name of the canary, and is missing').refine(isDnsSubdomain, 'is not a name in Kubernetes'),
    namespace: text('is the namespace of the canary, and is missing').refine(isDnsLabel, 'is not a namespace'),
    metadata: z.record(z.string(), text('is not a text'), { error: 'is not an object' }).nullish(),
  },
  { error: 'the payload is not a JSON object' },
);

/** The payload, or everything that is wrong with it. */
export function readPayload(body: unknown): { payload: ReceivedPayload } | { refusal: string } {
  const { success, data, error } = SCHEMA.safeParse(body);
  if (!success)
    return { refusal: error.issues.map(({ path, message }) => [path.join('.'), message].join(' ').trim()).join('; ') };
  return { payload: { ...data, metadata: data.metadata ?? undefined } };
}

/** How people and logs call a canary. */
export const canaryOf = ({ name, namespace }: ReceivedPayload): string => `${namespace}/${name}`;
