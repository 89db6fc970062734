/** Something that runs until it is told to stop. */
export interface Running {
  stop: () => Promise<void>;
}

/** What a process is made of. One that is ready from the beginning has no `start`, one that leaves nothing behind no `stop`. */
export interface Part {
  start?(): unknown;
  stop?(): unknown;
}

/**
 * Starts parts one after the other, and stops them in the reverse order. Parts in an array are stopped at the same time. A
 * part that cannot be stopped keeps no other from being stopped.
 *
 * If a part fails to start, those before it are stopped. @throws what it failed with
 */
export async function startInOrder(steps: readonly (Part | readonly Part[])[]): Promise<Running> {
  const started: Part[][] = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopInReverse(started));
  try {
    for (const step of steps) await startStep([step].flat(), started);
  } catch (error) {
    // What failed to start explains more than what then fails to stop.
    await stop().catch(() => undefined);
    throw error;
  }
  return { stop };
}

async function startStep(parts: readonly Part[], started: Part[][]): Promise<void> {
  const step: Part[] = [];
  started.push(step);
  for (const part of parts) {
    await part.start?.();
    step.push(part);
  }
}

async function stopInReverse(started: readonly Part[][]): Promise<void> {
  const errors: unknown[] = [];
  for (const parts of started.toReversed()) {
    const results = await Promise.allSettled(parts.map(async (part) => part.stop?.()));
    errors.push(...results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} parts could not be stopped`);
}
