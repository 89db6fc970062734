/** A command of a page, and what the page says that it prints. */
export interface ConsoleCommand {
  command: string;
  prints: readonly string[];
  /** It goes on until the last line was printed and somebody ends it: the page ends it with `^C`. */
  untilInterrupted: boolean;
  /** Where it stands in the page, for people. */
  line: number;
}

/** A file that a page shows, by the name in its first line. */
export interface ShownFile {
  name: string;
  text: string;
}

interface Fence {
  language: string;
  lines: readonly string[];
  line: number;
}

const INTERRUPT = '^C';
const PROMPT = '$ ';
const FENCE = /^```(\w*)\n(.*?)^```$/gms;

export const fences = (text: string): Fence[] =>
  [...text.matchAll(FENCE)].map(({ index, 1: language = '', 2: body = '' }) => ({
    language,
    lines: body.trimEnd().split('\n'),
    line: text.slice(0, index).split('\n').length + 1,
  }));

/** The commands of all `console` blocks, in the order of the page. */
export const commandsOf = (text: string): ConsoleCommand[] =>
  fences(text)
    .filter(({ language }) => language === 'console')
    .flatMap(commandsIn);

/** The files of all `yaml` blocks that begin with a comment that names one: `# podinfo-canary.yaml`. */
export const filesOf = (text: string): ShownFile[] =>
  fences(text)
    .filter(({ language }) => language === 'yaml')
    .flatMap(({ lines }) => {
      const name = /^# (\S+\.yaml)$/.exec(lines[0] ?? '')?.[1];
      return name === undefined ? [] : [{ name, text: `${lines.join('\n')}\n` }];
    });

/** A command goes on in the next line after a backslash; what follows it is what it prints, up to the next one. */
function commandsIn({ lines, line }: Fence): ConsoleCommand[] {
  const starts = lines.flatMap((text, index) => (text.startsWith(PROMPT) ? [index] : []));
  if (starts[0] !== 0) throw new Error(`the console block at line ${line} does not begin with a command`);
  return starts.map((start, order) => {
    const own = lines.slice(start, starts[order + 1]);
    const last = own.findIndex((text) => !text.endsWith('\\'));
    const output = own.slice(last + 1);
    const untilInterrupted = output.at(-1) === INTERRUPT;
    return {
      command: own
        .slice(0, last + 1)
        .join('\n')
        .slice(PROMPT.length),
      prints: untilInterrupted ? output.slice(0, -1) : output,
      untilInterrupted,
      line: line + start,
    };
  });
}
