import type { KeptWeights, TrafficProvider } from '../traffic/provider.ts';
import type { UpdateRule } from './judge-update.ts';
import * as messages from './messages.ts';
import { pass } from './request.ts';
import type { UpdateReview } from './review.ts';

/** What divides traffic, as far as the webhook asks. */
export type RouteKeeper = Pick<TrafficProvider, 'sources' | 'keep'>;

/** A write of a user's route passes, with the weights and Headgate's label as they were; what that moves, the scheduler mends. */
export const keepRoute =
  (provider: RouteKeeper): UpdateRule =>
  (update) => {
    if (!isRoute(update, provider)) return pass();
    const kept = provider.keep(update.change.before, update.change.after);
    const warnings = warningsOf(kept);
    if (kept.operations.length === 0) return { ...pass(), warnings };
    return { kind: 'patch', decision: 'weights', patch: [...kept.operations], warnings };
  };

const isRoute = ({ group, resource }: UpdateReview, { sources }: RouteKeeper): boolean =>
  sources.some(
    ({ kind, isRoute: carriesWeights }) => carriesWeights && kind.group === group && kind.plural === resource,
  );

const warningsOf = ({ overruled, isTooLarge }: KeptWeights): string[] => [
  ...(overruled.length === 0 ? [] : [messages.weightsKept(overruled)]),
  ...(isTooLarge ? [messages.routeTooLarge()] : []),
];
