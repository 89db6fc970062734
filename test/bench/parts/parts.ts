import { admission } from './admission.ts';
import { beside } from './beside.ts';
import type { Part } from './part.ts';
import { scale } from './scale.ts';
import { start } from './start.ts';

export const PART_NAMES = ['admission', 'start', 'scale', 'beside'] as const;
export type PartName = (typeof PART_NAMES)[number];

export const isPartName = (word: string): word is PartName => PART_NAMES.some((name) => name === word);

export const parts = (quick: boolean): Record<PartName, Part> => ({
  admission: admission(quick),
  start: start(quick),
  scale: scale(quick),
  beside: beside(quick),
});
