/** One value of each of some parameters, as indices. */
export type Choice = readonly number[];

/** So many are drawn for each that is taken. */
const DRAWN = 40;

/** A parameter by its index, and one of its values. */
type Value = readonly [parameter: number, value: number];

/** Each two values of two parameters, as text. */
const pairsOf = (values: readonly Value[]): string[] =>
  values.flatMap(([i, a]) => values.filter(([j]) => j > i).map(([j, b]) => `${i}=${a} ${j}=${b}`));

const pairsIn = (choice: Choice): string[] => pairsOf(choice.map((value, index) => [index, value]));

/**
 * Choices in which each value of each parameter meets each value of each other one. Those that show most come first.
 * @param sizes how many values each parameter has
 * @param random 0 up to 1; the same numbers give the same choices
 */
export function pairwise(sizes: readonly number[], random: () => number): Choice[] {
  const values = sizes.flatMap((size, index) => Array.from({ length: size }, (_, value): Value => [index, value]));
  const missing = new Set(pairsOf(values));
  const choices: Choice[] = [];
  for (let [wanted] = missing; wanted !== undefined; [wanted] = missing) {
    const pair = wanted;
    const drawn = Array.from({ length: DRAWN }, () => drawnWith(pair, sizes, random));
    const gains = drawn.map((choice) => pairsIn(choice).filter((pair) => missing.has(pair)).length);
    const best = drawn[gains.indexOf(Math.max(...gains))] ?? [];
    for (const pair of pairsIn(best)) missing.delete(pair);
    choices.push(best);
  }
  return choices;
}

/** A choice by chance that has a pair. */
function drawnWith(pair: string, sizes: readonly number[], random: () => number): Choice {
  const fixed = new Map(pair.split(' ').map((words) => words.split('=').map(Number) as [number, number]));
  return sizes.map((size, index) => fixed.get(index) ?? Math.floor(random() * size));
}
