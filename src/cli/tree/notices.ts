import type { Notice } from '../../rollout/machine/outbox.ts';
import { ageOf } from '../age.ts';
import type { Entry, Span } from '../outline.ts';

/** A receiver that answers has a notice by then. */
const USUAL_MS = 15_000;

/** Notices that somebody should have by now, and has not. */
export function noticesEntries(outbox: readonly Notice[] = [], now: number): Entry[] {
  const late = outbox.filter(({ at, to }) => to.length > 0 && now - Date.parse(at) > USUAL_MS);
  const [oldest] = late;
  if (oldest === undefined) return [];
  const count = `${late.length} not delivered, the oldest for ${ageOf(oldest.at, now)}`;
  const receivers = [...new Set(late.flatMap(({ to }) => to))].toSorted();
  const details: Span[] = [{ text: `to ${receivers.join(', ')}`, colour: 'dim' }];
  return [{ cells: [{ text: 'Notices' }, { text: count, colour: 'yellow' }], details }];
}
