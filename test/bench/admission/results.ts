import { quantile } from '../support/statistics.ts';
import type { Variant } from './variants.ts';

/** One block of requests of each variant: their times in milliseconds. */
export type Round = Readonly<Record<Variant, readonly number[]>>;

/** Per request. */
export interface Cost {
  /** CPU of the API server. */
  apiServerMs: number;
  /** CPU of all webhooks. */
  webhookMs: number;
  /** Calls of a webhook. */
  calls: number;
}

export interface Results {
  rounds: readonly Round[];
  clients: number;
  costs: Readonly<Record<Variant, Cost>>;
}

const timesOf = (rounds: readonly Round[], variant: Variant): number[] => rounds.flatMap((round) => round[variant]);

/** A quantile of a variant's times over all rounds. */
export const timeAt =
  (q: number, variant: Variant) =>
  (rounds: readonly Round[]): number =>
    quantile(timesOf(rounds, variant), q);

/** The time of one variant over that of another. */
export const ratioAt =
  (q: number, one: Variant, other: Variant) =>
  (rounds: readonly Round[]): number =>
    timeAt(q, one)(rounds) / timeAt(q, other)(rounds);
