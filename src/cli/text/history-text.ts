import type { PastRelease } from '../../rollout/machine/history.ts';
import { age, ageOf } from '../age.ts';
import { shortImage } from '../images.ts';
import { type Colour, type Paint, PHASE_COLOUR } from '../paint.ts';
import type { ListedRelease } from '../releases.ts';
import type { Column } from '../table.ts';
import { decidedText } from './decided-text.ts';

const OUTCOME_COLOUR: Readonly<Record<PastRelease['outcome'], Colour>> = {
  succeeded: 'green',
  failed: 'red',
  withdrawn: 'yellow',
  superseded: 'yellow',
};

const outcomeOf = (release: ListedRelease): string => ('phase' in release ? release.phase : release.outcome);

const colourOf = (release: ListedRelease): Colour =>
  'phase' in release ? PHASE_COLOUR[release.phase] : OUTCOME_COLOUR[release.outcome];

const endOf = (release: ListedRelease, now: number): number => ('phase' in release ? now : Date.parse(release.endedAt));

interface Look {
  now: number;
  paint: Paint;
  wide: boolean;
}

export function historyColumns({ now, paint, wide }: Look): Column<ListedRelease>[] {
  const more: Column<ListedRelease>[] = [
    { heading: 'FAILED', text: ({ failedChecks }) => `${failedChecks}` },
    { heading: 'MESSAGE', text: ({ message = '' }) => message },
  ];
  return [
    { heading: 'REVISION', text: ({ revision }) => revision },
    { heading: 'OUTCOME', text: outcomeOf, paint: (text, release) => paint(colourOf(release), text) },
    { heading: 'STARTED', text: ({ startedAt }) => `${ageOf(startedAt, now)} ago` },
    { heading: 'TOOK', text: (release) => age(endOf(release, now) - Date.parse(release.startedAt)) },
    { heading: 'WEIGHT', text: ({ weight }) => `${weight}` },
    { heading: 'IMAGES', text: ({ images }) => images.map((image) => (wide ? image : shortImage(image))).join(', ') },
    { heading: 'REQUESTED BY', text: ({ requestedBy }) => requestedBy },
    { heading: 'DECIDED', text: decidedText },
    { heading: 'REASON', text: ({ reason = '' }) => reason },
    ...(wide ? more : []),
  ];
}
