import type { HookCall } from '../../rollout/machine/calls.ts';
import type { Release } from '../../rollout/machine/state.ts';
import { ageOf } from '../age.ts';
import { aligned, type Entry, type Span } from '../outline.ts';
import { oneLine } from '../text/status-text.ts';
import type { View } from '../view.ts';

/** Hooks that are asked at this moment of the release, and what they answered. */
export function hooksEntries({ calls = [] }: Pick<Release, 'calls'> = {}): Entry[] {
  return calls.length === 0 ? [] : [{ cells: [{ text: 'Hooks' }], entries: aligned(calls.map(callEntry)) }];
}

const callEntry = (call: HookCall): Entry => ({
  cells: [outcomeOf(call), { text: call.hook }, { text: oneLine(call.message ?? ''), colour: 'dim' }],
});

function outcomeOf({ outcome }: HookCall): Span {
  if (outcome === undefined) return { text: 'asked', colour: 'yellow' };
  return outcome === 'passed' ? { text: 'ok', colour: 'green' } : { text: 'FAIL', colour: 'red' };
}

/** The approval that a release waits for. */
export function awaitingEntries({ awaiting }: Pick<View, 'awaiting'>, now: number): Entry[] {
  if (awaiting === undefined) return [];
  const { gate, since, message = 'not asked yet' } = awaiting;
  const cells: Span[] = [
    { text: `Waits for ${gate}`, colour: 'yellow' },
    { text: `for ${ageOf(since, now)}` },
    { text: oneLine(message) },
  ];
  return [{ cells }];
}
