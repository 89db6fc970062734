const LATE = Symbol('late');
type Late = typeof LATE;

/** Resolves when the reading does, or in `ms` milliseconds, whatever comes first. What is there already counts with 0 too. @throws what the reading throws */
export async function orLate<T>(reading: Promise<T>, ms: number): Promise<T | Late> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Late>((resolve) => {
    timer = setTimeout(() => resolve(LATE), Math.max(ms, 0));
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
    // Nobody waits for it any more.
    reading.catch(() => undefined);
  }
}

export const isLate = (value: unknown): value is Late => value === LATE;
