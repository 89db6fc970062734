/** Longer words are not compared: the time goes with the square of the length. */
const MAX_LENGTH = 80;

/**
 * The candidate that was probably meant: nearest in edits (insert, delete, replace, swap of neighbours; case and
 * separators do not count), at most a third of the word away; else one that contains the word, or that it contains.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const wanted = plain(word);
  const ranked = candidates
    .filter((candidate) => isComparable(wanted, plain(candidate)))
    .map((candidate) => ({ candidate, edits: edits(wanted, plain(candidate)) }))
    .toSorted((a, b) => a.edits - b.edits || begin(wanted, b.candidate) - begin(wanted, a.candidate));
  const [best] = ranked;
  if (best !== undefined && best.edits <= mostEdits(wanted)) return best.candidate;
  return ranked.find(({ candidate }) => overlaps(wanted, plain(candidate)))?.candidate;
}

const mostEdits = (wanted: string): number => Math.max(1, Math.floor(wanted.length / 3));

/** Words of very different lengths are far from one another, and need no counting of edits. */
const isComparable = (wanted: string, other: string): boolean =>
  Math.abs(wanted.length - other.length) <= mostEdits(wanted) || overlaps(wanted, other);

const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** How many first letters two words share. */
function begin(wanted: string, candidate: string): number {
  const other = plain(candidate);
  let shared = 0;
  while (shared < wanted.length && wanted[shared] === other[shared]) shared++;
  return shared;
}

function overlaps(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 4 ? long.includes(short) : short.length === 3 && long.startsWith(short);
}

/** Damerau-Levenshtein distance, no letter moved twice. */
function edits(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    rows.push(line);
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      line.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + same,
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(a.length, b.length);
}

/** `did you mean X?`, or, where nothing is near, what there is. `render` writes a candidate as the person would. */
export function hint(word: string, candidates: readonly string[], render = (name: string): string => name): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? `known are ${candidates.map(render).join(', ')}` : `did you mean ${render(meant)}?`;
}
