const LATE = Symbol('late');
type Late = typeof LATE;

/** What is at hand is read within so many turns: then there is nothing to set a timer for, and most readings are such. */
const TURNS = 16;
const TURN = Promise.resolve();

/** Resolves when the reading does, or in `ms` milliseconds, whatever comes first. What is there already counts with 0 too. @throws what the reading throws */
export async function orLate<T>(reading: Promise<T>, ms: number): Promise<T | Late> {
  if (await isAtHand(reading)) return reading;
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

async function isAtHand(reading: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  reading.then(settle, settle);
  for (let turn = 0; turn < TURNS && !settled; turn += 1) await TURN;
  return settled;
}

export const isLate = (value: unknown): value is Late => value === LATE;
