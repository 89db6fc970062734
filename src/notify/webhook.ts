import type { Message } from './message.ts';

/** What a receiver of one's own gets: the notice as it is, for programs. */
export function webhookPayload(told: Message): object {
  const { id, at, reason, severity, text: message, canary, cluster, revision, phase, weight } = told;
  const known = { ...(cluster !== undefined && { cluster }), ...(revision !== undefined && { revision }) };
  return { id, at, reason, severity, message, canary, ...known, phase, weight };
}
