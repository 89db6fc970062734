import { HELD, ROLLING } from '../../rollout/keys.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import { type PatchOperation, pointer } from '../../rollout/object-change.ts';

/** A path inside a JSON Patch to an annotation. */
export const annotation = (key: string): string => pointer('metadata', 'annotations', key);

/** What is written to the Deployment whether a hold stands or not. */
export type OpenEffect = Extract<Effect, { do: 'rollBack' | 'holdAgain' | 'pinTemplate' | 'annotate' }>;

const OPEN: readonly Effect['do'][] = ['rollBack', 'holdAgain', 'pinTemplate', 'annotate'];

export const isOpenEffect = (effect: Effect): effect is OpenEffect => OPEN.includes(effect.do);

export function openPatch(effect: OpenEffect): PatchOperation[] {
  switch (effect.do) {
    case 'rollBack':
      return rollBackPatch(effect);
    case 'holdAgain':
      return holdAgainPatch(effect);
    case 'pinTemplate':
      return pinPatch(effect);
    case 'annotate':
      return Object.entries(effect.annotations).map(annotationChange);
  }
}

const annotationChange = ([key, text]: [string, string | undefined]): PatchOperation =>
  text === undefined ? { op: 'remove', path: annotation(key) } : { op: 'add', path: annotation(key), value: text };

/** Each with a test of the exact hold that was observed. */
export function gatePatch(effect: Extract<Effect, { held: string }>): PatchOperation[] {
  const asObserved: PatchOperation = { op: 'test', path: annotation(HELD), value: effect.held };
  switch (effect.do) {
    case 'liftHold':
      return [asObserved, ...liftPatch(effect)];
    case 'writeHold':
      return [asObserved, { op: 'replace', path: annotation(HELD), value: effect.text }];
    case 'restoreTemplate':
      return [
        asObserved,
        { op: 'replace', path: '/spec/template', value: effect.template },
        { op: 'remove', path: annotation(HELD) },
        { op: 'add', path: '/spec/paused', value: effect.keepPaused },
      ];
  }
}

/** A pause of its user's would leave pods of both versions. */
const rollBackPatch = ({ template, deployment }: Extract<Effect, { do: 'rollBack' }>): PatchOperation[] => [
  { op: 'replace', path: '/spec/template', value: template },
  ...(deployment.spec.paused ? [{ op: 'remove' as const, path: '/spec/paused' }] : []),
];

/** The roll-out that `rolling` told of is over with it. */
function holdAgainPatch({ deployment, template, text }: Extract<Effect, { do: 'holdAgain' }>): PatchOperation[] {
  const isMarked = deployment.metadata.annotations?.[ROLLING] !== undefined;
  return [
    { op: 'replace', path: '/spec/template', value: template },
    { op: 'add', path: '/spec/paused', value: true },
    { op: 'add', path: annotation(HELD), value: text },
    ...(isMarked ? [{ op: 'remove' as const, path: annotation(ROLLING) }] : []),
  ];
}

/** Template and hold in one write, as the webhook holds the change of a user. */
function pinPatch({ template, hold }: Extract<Effect, { do: 'pinTemplate' }>): PatchOperation[] {
  const pins: PatchOperation = {
    op: 'add',
    path: pointer('spec', 'template', 'metadata', 'annotations'),
    value: template.metadata?.annotations ?? {},
  };
  if (hold === undefined) return [pins];
  return [pins, { op: 'add', path: '/spec/paused', value: true }, { op: 'add', path: annotation(HELD), value: hold }];
}

function liftPatch({ keepPaused, rolling, deployment }: Extract<Effect, { do: 'liftHold' }>): PatchOperation[] {
  const rest: PatchOperation[] = [];
  if (!keepPaused && deployment.spec.paused) {
    rest.push({ op: 'test', path: '/spec/paused', value: true }, { op: 'remove', path: '/spec/paused' });
  }
  if (rolling !== undefined) rest.push({ op: 'add', path: annotation(ROLLING), value: rolling });
  return [{ op: 'remove', path: annotation(HELD) }, ...rest];
}
