import { ageOf } from '../age.ts';
import type { Span } from '../outline.ts';
import { PHASE_COLOUR } from '../paint.ts';
import { oneLine } from '../text/status-text.ts';
import { pathName, type View } from '../view.ts';

/** The first line: where the release is, with numbers only while there is one. */
export function headCells(view: View, { now, threshold }: { now: number; threshold: number | undefined }): Span[] {
  const { failedChecks, underWay } = view;
  const failed = `failed checks ${failedChecks}${threshold === undefined ? '' : ` of ${threshold}`}`;
  return [
    { text: pathName(view), colour: 'bold' },
    ...standing(view, now),
    ...(underWay ? [{ text: weightOf(view) }, { text: `step ${view.step}` }] : []),
    ...(underWay || failedChecks > 0 ? [{ text: failed }] : []),
  ];
}

function standing({ phase, since, enrolled }: View, now: number): Span[] {
  const out: Span[] = enrolled ? [] : [{ text: 'not enrolled', colour: 'red' }];
  if (phase === undefined) return enrolled ? [{ text: 'Pending' }] : out;
  return [
    { text: since === undefined ? phase : `${phase} for ${ageOf(since, now)}`, colour: PHASE_COLOUR[phase] },
    ...out,
  ];
}

const weightOf = ({ weight, routed }: View): string =>
  weight === routed ? `weight ${weight}%` : `weight ${weight}%, ${routed}% on the route`;

/** Below it: the revision and who wants it, and why it is where it is. */
export function headDetails(view: View, now: number): Span[] {
  const asked = view.asked
    ? [{ text: `${view.asked} is asked for, and not taken up yet`, colour: 'yellow' as const }]
    : [];
  const decided = view.decided === '' ? [] : [{ text: `decided: ${view.decided}` }];
  const lines: Span[] = [
    { text: view.revision && revisionText(view, now) },
    ...decided,
    ...messageLines(view),
    ...asked,
  ];
  return lines.map((line) => ({ ...line, text: oneLine(line.text) })).filter(({ text }) => text !== '');
}

/** What an approval says stands further down. */
function messageLines({ phase, message, awaiting, ready, underWay, enrolled }: View): Span[] {
  if (phase === undefined && enrolled)
    return [{ text: 'the scheduler has not looked at it yet; is it running?', colour: 'yellow' }];
  if (awaiting?.message !== undefined && message.includes(awaiting.message)) return [];
  const isFine = enrolled && (ready || underWay);
  return message.split('\n').map((text) => (isFine ? { text } : { text, colour: 'red' }));
}

function revisionText({ revision, requestedBy, startedAt, stable }: View, now: number): string {
  const asked = [requestedBy && `asked for by ${requestedBy}`, startedAt && `${ageOf(startedAt, now)} ago`];
  const asker = asked.filter(Boolean).join(', ');
  const runs = stable === '' || stable === revision ? '' : `; ${stable} runs`;
  return `revision ${revision}${asker && ` (${asker})`}${runs}`;
}
