/** One failed assertion: where it stands, and everything that the test said about it. */
export interface Failure {
  /** Names of the subtests around it and its own, the outermost first. */
  path: string[];
  details: string[];
}

/** What the TAP of one file says. Only leaves count: a subtest is the sum of what is in it, or one if that is nothing. */
export interface TapResult {
  passed: number;
  skipped: number;
  failures: Failure[];
}

interface Frame {
  indent: number;
  name: string;
  /** Assertions inside, and how many of them failed. */
  count: number;
  failed: number;
}

const POINT = /^( *)(not )?ok\b(?: \d+)?(?: - )?(.*)$/;
const SUBTEST = /^( *)# Subtest: (.*)$/;
const DIRECTIVE = / # (?:skip|todo)\b/i;
const TIME = / # time=[\d.]+m?s$/;

/** Reads the whole output of a test file; lines that are no TAP are passed over. */
export function parseTap(text: string): TapResult {
  const parser = new TapParser();
  for (const line of text.split('\n')) parser.take(line);
  return parser.result;
}

class TapParser {
  readonly result: TapResult = { passed: 0, skipped: 0, failures: [] };
  readonly #frames: Frame[] = [];
  /** Of the last failure, while its details may follow: how far they are indented, and whether they have begun. */
  #block: { indent: number; lines: string[]; open: boolean } | undefined;

  take(line: string): void {
    if (this.#takeDetail(line)) return;
    const subtest = SUBTEST.exec(line);
    const point = POINT.exec(line);
    if (subtest) this.#frames.push({ indent: subtest[1]?.length ?? 0, name: plain(subtest[2]), count: 0, failed: 0 });
    else if (point) this.#takePoint(point[1]?.length ?? 0, point[2] === undefined, point[3] ?? '');
    else if (line.startsWith('Bail out!')) this.#fail([line], 0);
  }

  #takeDetail(line: string): boolean {
    const block = this.#block;
    if (block === undefined) return false;
    const marker = line.slice(block.indent);
    if (!block.open && marker !== '---') {
      this.#block = undefined;
      return false;
    }
    if (block.open && marker === '...') this.#block = undefined;
    else if (block.open) block.lines.push(marker);
    block.open = true;
    return true;
  }

  #takePoint(indent: number, ok: boolean, text: string): void {
    while ((this.#frames.at(-1)?.indent ?? -1) > indent) this.#frames.pop();
    const frame = this.#frames.at(-1)?.indent === indent ? this.#frames.pop() : undefined;
    const isSum = frame !== undefined && (ok ? frame.count > 0 : frame.failed > 0);
    if (isSum) this.#count(frame.count, frame.failed);
    else if (DIRECTIVE.test(text)) this.#skip();
    else if (ok) this.#pass();
    else this.#fail([plain(text)], indent);
  }

  #skip(): void {
    this.result.skipped += 1;
    this.#count(1, 0);
  }

  #pass(): void {
    this.result.passed += 1;
    this.#count(1, 0);
  }

  #fail(path: string[], indent: number): void {
    const failure: Failure = { path: [...this.#frames.map(({ name }) => name), ...path], details: [] };
    this.result.failures.push(failure);
    this.#count(1, 1);
    this.#block = { indent: indent + 2, lines: failure.details, open: false };
  }

  #count(count: number, failed: number): void {
    const around = this.#frames.at(-1);
    if (around === undefined) return;
    around.count += count;
    around.failed += failed;
  }
}

/** TAP escapes `#` and the backslash in names. */
const plain = (text = ''): string => text.replace(TIME, '').replaceAll(/\\([#\\])/g, '$1');
