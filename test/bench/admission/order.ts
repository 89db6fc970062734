/**
 * In which order so many take their turn in a round. What the controllers still do for one block falls into the next: in as
 * many rounds as there are blocks, each comes once after each of the others (a Williams square, for an even number).
 */
export const orderOf = (count: number, round: number): number[] =>
  Array.from({ length: count }, (_, place) => {
    const step = place % 2 === 1 ? (place + 1) / 2 : count - place / 2;
    return (step + round) % count;
  });
