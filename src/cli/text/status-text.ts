import { ageOf } from '../age.ts';
import { type Paint, PHASE_COLOUR } from '../paint.ts';
import { pathName, type View } from '../view.ts';

const PENDING = 'Pending';
const LONGEST_PHASE = 'Progressing'.length;

const phaseWord = ({ phase }: View): string => phase ?? PENDING;

const paintPhase = (view: View, paint: Paint, word: string): string =>
  view.phase === undefined ? word : paint(PHASE_COLOUR[view.phase], word);

/** Several lines would break a table or a log; and what a hook or an image says may not steer a terminal. */
export const oneLine = (text: string): string =>
  text.replaceAll(/[\s\p{Cc}]+/gu, (gap) => (/\p{Cc}/u.test(gap) ? ' ' : gap));

/** Why it is where it is. Of an approval that was not asked for yet, the Canary's own message says nothing. */
const saidOf = ({ awaiting, message }: View): string =>
  awaiting !== undefined && awaiting.message === undefined ? `waits for ${awaiting.gate}` : message;

/** One line of `status --watch`: time, phase, weight asked for, step, failed checks, revision, message. */
export function statusLine(view: View, { now, note, paint }: { now: number; note?: string; paint: Paint }): string {
  const time = new Date(now).toISOString().replace(/\.\d+/, '');
  const phase = paintPhase(view, paint, phaseWord(view).padEnd(LONGEST_PHASE));
  const weight = `weight ${view.weight}%`.padEnd('weight 100%'.length);
  const counts = `step ${view.step || '-'}  failed ${view.failedChecks}`;
  return [paint('dim', time), phase, weight, counts, view.revision || '-', oneLine(note ?? saidOf(view))]
    .join('  ')
    .trimEnd();
}

/** Two views with the same key are not worth two lines. */
export const lineKey = (view: View, note?: string): string =>
  JSON.stringify([view.phase, view.weight, view.failedChecks, view.revision, view.reason, view.awaiting?.gate, note]);

/** What `status` shows without --watch. */
export function statusBlock(view: View, { now, note, paint }: { now: number; note?: string; paint: Paint }): string[] {
  const routed = view.routed === view.weight ? '' : `, ${view.routed}% on the route`;
  const asker = [
    view.requestedBy && `asked for by ${view.requestedBy}`,
    view.startedAt && `${ageOf(view.startedAt, now)} ago`,
  ];
  const details = oneLine(asker.filter(Boolean).join(', '));
  const { awaiting } = view;
  const lines: [label: string, text: string | undefined][] = [
    ['Canary', pathName(view)],
    ['Status', `${paintPhase(view, paint, phaseWord(view))}${view.since ? ` for ${ageOf(view.since, now)}` : ''}`],
    ['Weight', `${view.weight}%${routed}`],
    ['Step', view.step],
    ['Failed checks', `${view.failedChecks}`],
    ['Revision', view.revision && details ? `${view.revision} (${details})` : view.revision],
    ['Decided', oneLine(view.decided)],
    ['Running', view.stable],
    ['Content', view.content],
    ['Asked for', view.asked && `${view.asked}, not taken up yet`],
    ['Waits for', awaiting && `${awaiting.gate}, for ${ageOf(awaiting.since, now)}`],
    ['Message', oneLine(note ?? saidOf(view))],
  ];
  return lines.filter(([, text]) => text).map(([label, text]) => `${`${label}:`.padEnd(15)} ${text}`);
}
