import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  timeoutMs?: number;
  everyMs?: number;
}

/** What is left of a type when it counts as true. */
export type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * Polls until `check` returns something truthy, and returns that. What it throws counts as "not yet". The error of a
 * wait that ran out names what was waited for and the last thing seen.
 */
export async function waitFor<T>(
  what: string,
  check: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Truthy<T>> {
  const { timeoutMs = 30_000, everyMs = 75 } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await attempt(check);
    if ('value' in seen && seen.value) return seen.value as Truthy<T>;
    if (Date.now() >= deadline)
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}; last seen: ${describe(seen)}`);
    await sleep(everyMs);
  }
}

type Seen<T> = { value: T } | { error: unknown };

async function attempt<T>(check: () => T | Promise<T>): Promise<Seen<T>> {
  try {
    return { value: await check() };
  } catch (error) {
    return { error };
  }
}

function describe(seen: Seen<unknown>): string {
  if ('error' in seen) return String(seen.error);
  return JSON.stringify(seen.value) ?? String(seen.value);
}
