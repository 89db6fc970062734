import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditFilter } from '../../rig/rig.ts';
import type { App } from './app.ts';

const WINDOW_MS = 10_000;

/** How many requests of Headgate in an app's namespace match, in the first ten seconds and in the ten that follow. */
export async function twoWindows(app: App, filter: AuditFilter, fromMs: number): Promise<[number, number]> {
  // Whether something is rarely done is only seen by looking on for a while.
  await sleep(fromMs + 2 * WINDOW_MS - Date.now());
  const { namespace } = app;
  const found = app.rig.audit.find({ userAgent: /^headgate-/, namespace, sinceMs: fromMs, ...filter });
  const before = (ms: number): number => found.filter(({ at }) => at < fromMs + ms).length;
  return [before(WINDOW_MS), before(2 * WINDOW_MS) - before(WINDOW_MS)];
}
