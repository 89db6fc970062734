import type { Test } from 'tap';
import type { AdmissionDecision } from '../../src/admission/request.ts';
import { ENROLLED, HELD } from '../../src/rollout/keys.ts';
import type { Deployment } from '../../src/rollout/kube.ts';
import { annotate, approved, ask, edit, holdOf, NOW, refused, type Stored, stored } from './build.ts';

export const V1 = 'podinfo:1.4.0';
export const V2 = 'podinfo:1.4.1';
export const V3 = 'podinfo:1.5.0';
/** Six pods of V1, and V2 held. */
export const heldV2: Stored = { image: V2, held: holdOf(V2), status: { updatedReplicas: 0 } };
/** Not opted in. */
export const plain: Stored = { optIn: undefined };
export const BYPASS = { 'headgate.dev/bypass': 'incident 42' };
/** The annotations of a bypass as they are stored, a minute after it was written. */
export const armed = (text: string, at = NOW - 60_000): Record<string, string> => ({
  'headgate.dev/bypass': text,
  'headgate.dev/bypass-by': 'alice',
  'headgate.dev/bypass-at': new Date(at).toISOString(),
});
export const ARMED = armed('incident 42');
export const optIn = annotate({ 'headgate.dev/canary': 'true' });
export const optOut = annotate({ 'headgate.dev/canary': undefined });
export const text = (hold: object): string => JSON.stringify(hold);

/** A stored Deployment, a request, and what is stored and said afterwards; a field left out: absent, none. */
export interface Row {
  old: Stored;
  changes: ((object: Deployment) => void)[];
  user?: string;
  decision: AdmissionDecision;
  held?: string;
  paused?: boolean;
  /** Whether it has the label; true when left out. */
  enrolled?: false;
  warnings?: RegExp[];
  queueKey?: string;
  /** Further annotations; undefined: absent. */
  notes?: Record<string, string | undefined>;
}

export async function admitted(t: Test, rows: Record<string, Row>): Promise<void> {
  for (const [sentence, row] of Object.entries(rows)) {
    await t.test(sentence, async (t) => {
      const old = stored(row.old);
      const answer = approved(ask(old, edit(old, ...row.changes), row.user));
      const { annotations, labels } = answer.after.metadata;
      t.equal(answer.decision, row.decision);
      t.equal(annotations?.[HELD], row.held);
      t.equal(answer.after.spec.paused, row.paused);
      t.equal(labels?.[ENROLLED], row.enrolled === false ? undefined : 'true');
      for (const [key, value] of Object.entries(row.notes ?? {})) t.equal(annotations?.[key], value, key);
      said(t, answer.warnings, row.warnings ?? []);
      t.equal(answer.queueKey, row.queueKey);
    });
  }
}

function said(t: Test, warnings: string[], expected: RegExp[]): void {
  t.equal(warnings.length, expected.length, warnings.join('\n'));
  for (const [index, pattern] of expected.entries()) t.match(warnings[index], pattern);
  for (const warning of warnings) t.ok(warning.length <= 256, `${warning.length}: ${warning}`);
}

export interface RefusedRow {
  old: Stored;
  changes: Row['changes'];
  messages: RegExp[];
  code: number;
}

export async function allRefused(t: Test, rows: Record<string, RefusedRow>): Promise<void> {
  for (const [sentence, row] of Object.entries(rows)) {
    await t.test(sentence, async (t) => {
      const old = stored(row.old);
      const refusal = refused(ask(old, edit(old, ...row.changes)));
      for (const message of row.messages) t.match(refusal.message, message);
      t.equal(refusal.code, row.code);
    });
  }
}
