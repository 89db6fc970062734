/** Numbers from 0 up to 1 that follow from the seed, so that a run can be repeated (a linear congruential generator). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The seed of HEADGATE_SEED, else one of its own. */
export const seedOf = (env: string | undefined): number => (env ? Number(env) : Date.now() % 1_000_000);
