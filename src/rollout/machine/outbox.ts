import type { Severity } from '../spec/schema/alert-schema.ts';
import type { Fact, Reason } from './facts.ts';
import { ABOUT_CHECKS, SEVERITY_OF } from './severities.ts';
import type { Situation } from './situation.ts';
import { type Phase, type RolloutState, type Time, time } from './state.ts';

/**
 * A fact that somebody is to be told of. It is committed with the state that it tells of, and stays until every receiver
 * has it: none is lost at a crash.
 */
export interface Notice {
  /** Unique among those of a Canary, and the same however often it is sent. */
  id: string;
  at: Time;
  reason: Reason;
  severity: Severity;
  message: string;
  revision?: string;
  phase: Phase;
  /** The canary's weight that was wanted, in percent. */
  weight: number;
  /** Receivers that do not have it yet: see `Receiver`. */
  to: string[];
}

/** `alert/<name of the alert>`, `hook/<name of an event hook>`, or `default/<name>` for one of the installation's own. */
export type Receiver = `alert/${string}` | `hook/${string}` | `default/${string}`;

/** A notice that a receiver has, or that it can never get. */
export interface Receipt {
  notice: string;
  to: string;
}

/** One of the installation's own receivers: told of Canaries that name no alerts. */
export interface DefaultAlert {
  name: string;
  severity: Severity;
}

/** More than this many notices are not kept: the oldest go, so that the record stays small. */
export const MOST_NOTICES = 50;

type Outbox = Pick<RolloutState, 'told' | 'outbox'>;

/** The outbox without what was delivered, and with what these facts have to tell. */
export function outboxAfter(s: Omit<Situation, 'state'>, state: RolloutState, facts: readonly Fact[]): Outbox {
  const left = undelivered(state.outbox ?? [], s.seen.receipts ?? []);
  const fresh = facts.flatMap((told) => noticeOf(s, state, told));
  const before = state.told ?? 0;
  // The time keeps the id apart from those of a record of the same name that somebody deleted.
  const named = fresh.map((notice, index) => ({ ...notice, id: `${before + index + 1}-${s.now.toString(36)}` }));
  const outbox = [...left, ...named].slice(-MOST_NOTICES);
  return { ...(before + named.length > 0 && { told: before + named.length }), ...(outbox.length > 0 && { outbox }) };
}

function undelivered(outbox: readonly Notice[], receipts: readonly Receipt[]): Notice[] {
  const has = (id: string, to: string): boolean =>
    receipts.some((receipt) => receipt.notice === id && receipt.to === to);
  return outbox
    .map((notice) => {
      const to = notice.to.filter((receiver) => !has(notice.id, receiver));
      return to.length === notice.to.length ? notice : { ...notice, to };
    })
    .filter(({ to }) => to.length > 0);
}

function noticeOf(s: Omit<Situation, 'state'>, { phase, release }: RolloutState, told: Fact): Omit<Notice, 'id'>[] {
  const to = receiversOf(s, told);
  if (to.length === 0) return [];
  const { reason, message, revision } = told;
  const severity = SEVERITY_OF[reason] ?? 'info';
  const weight = release?.weight ?? 0;
  return [
    { at: time(s.now), reason, severity, message, ...(revision !== undefined && { revision }), phase, weight, to },
  ];
}

/** Alerts of a Canary's own take the place of the installation's; hooks of type event hear everything. */
function receiversOf({ spec, defaultAlerts }: Omit<Situation, 'state'>, { reason, muted }: Fact): Receiver[] {
  const { alerts, webhooks } = spec.analysis;
  const hooks = webhooks.filter(({ type }) => type === 'event').map(({ name }): Receiver => `hook/${name}`);
  const severity = SEVERITY_OF[reason];
  if (severity === undefined || muted) return hooks;
  const isWanted = (alert: { severity: Severity; checks?: boolean }): boolean =>
    RANK[alert.severity] <= RANK[severity] && (alert.checks === true || !ABOUT_CHECKS.has(reason));
  const own = alerts.filter(isWanted).map(({ name }): Receiver => `alert/${name}`);
  const usual = defaultAlerts.filter(isWanted).map(({ name }): Receiver => `default/${name}`);
  return [...(alerts.length > 0 ? own : usual), ...hooks];
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warn: 1, error: 2 };
