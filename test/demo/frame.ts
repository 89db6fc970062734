import { stripVTControlCharacters, styleText } from 'node:util';
import { clock } from './lines.ts';
import type { Chapter, Snapshot, Spoken, WeightStep } from './model.ts';
import { percent } from './steps.ts';

/** All that a screen shows. */
export interface Picture {
  startedAt: number;
  now: number;
  chapters: readonly Chapter[];
  spoken: readonly Spoken[];
  words: string;
  snapshot: Snapshot | undefined;
}

export interface Screen {
  columns: number;
  rows: number;
  /** Whether the terminal knows more than ASCII. */
  unicode: boolean;
  colour: boolean;
}

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;

interface Signs {
  full: string;
  empty: string;
  rule: string;
  /** In place of what did not fit. */
  cut: string;
  states: Record<Chapter['state'], string>;
}

const UNICODE: Signs = {
  full: '█',
  empty: '░',
  rule: '─',
  cut: '…',
  states: { waiting: '·', running: '▸', done: '✓', failed: '✗' },
};
const ASCII: Signs = {
  full: '#',
  empty: '.',
  rule: '-',
  cut: '~',
  states: { waiting: ' ', running: '>', done: '+', failed: 'x' },
};

const STATE_STYLE: Record<Chapter['state'], Style> = { waiting: 'dim', running: 'cyan', done: 'green', failed: 'red' };
const PHASE_STYLE: Readonly<Record<string, 'green' | 'red' | 'yellow'>> = {
  Succeeded: 'green',
  Failed: 'red',
  Finalising: 'yellow',
};
const MARGIN = 2;
const BAR = 40;
/** With fewer rows, the figures take the place of what was typed. */
const ROOMY_ROWS = 32;
/** Room for the longest reason that a release gives as it goes. */
const REASON = 17;

/** The lines of one screen, at most as many as it has, none wider. */
export function frame(picture: Picture, screen: Screen): string[] {
  const paint: Paint = screen.colour
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const signs = screen.unicode ? UNICODE : ASCII;
  const width = screen.columns - 2 * MARGIN;
  const rule = paint('dim', signs.rule.repeat(width));
  const head = [...title(picture, width, paint), rule, ...chapterLines(picture.chapters, signs, paint)];
  const isRoomy = screen.rows >= ROOMY_ROWS || picture.snapshot === undefined;
  const said = isRoomy ? picture.spoken.slice(-1) : [];
  const talk = [rule, ...said.flatMap((spoken) => commandLines(spoken, width, paint))];
  const live = picture.snapshot ? [rule, ...snapshotLines(picture.snapshot, signs, paint)] : [];
  const words = picture.words ? ['', ...wrap(picture.words, width).map((line) => paint('bold', line))] : [];
  const story = picture.snapshot ? eventLines(picture.snapshot, width, paint) : [];
  const above = [...head, ...talk, ...words, ...live];
  const room = Math.max(screen.rows - 1 - above.length - 1, 0);
  const below = room > 1 && story.length > 0 ? [rule, ...story.slice(-room)] : [];
  const lines = [...above, ...below].slice(0, screen.rows - 1);
  return lines.map((line) => `${' '.repeat(MARGIN)}${fit(line, width, signs.cut)}`);
}

/** A line that is too wide loses its end, and its colours with it. */
function fit(line: string, width: number, mark: string): string {
  const plain = stripVTControlCharacters(line);
  return plain.length > width ? `${plain.slice(0, width - 1)}${mark}` : line;
}

function title({ startedAt, now }: Picture, width: number, paint: Paint): string[] {
  const seconds = Math.round((now - startedAt) / 1_000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const words = 'Headgate demo: a release through the gate';
  return [`${paint('bold', words)}${time.padStart(width - words.length)}`];
}

const chapterLines = (chapters: readonly Chapter[], signs: Signs, paint: Paint): string[] =>
  chapters.map(({ title, state, ms }) => {
    const time = state === 'waiting' ? '' : `  ${(ms / 1_000).toFixed(0)} s`;
    const line = `${signs.states[state]} ${title}`;
    return `${paint(STATE_STYLE[state], line)}${paint('dim', time)}`;
  });

const commandLines = ({ command, output }: Spoken, width: number, paint: Paint): string[] => [
  ...wrap(`$ ${command}`, width).map((line) => paint('cyan', line)),
  ...output.flatMap((line) =>
    wrap(line, width - 2).map((part) => paint(isWarning(line) ? 'yellow' : 'dim', `  ${part}`)),
  ),
];

const isWarning = (line: string): boolean => line.startsWith('Warning:');

function snapshotLines(snapshot: Snapshot, signs: Signs, paint: Paint): string[] {
  const { phase, revision, asked, routed, measured, failedChecks, success, p50, p99 } = snapshot;
  const style = PHASE_STYLE[phase] ?? 'cyan';
  const bar = (value: number): string => {
    const filled = Math.round((value / 100) * BAR);
    return `${signs.full.repeat(filled)}${signs.empty.repeat(BAR - filled)}`;
  };
  const share = measured === undefined ? '-' : `${measured.toFixed(1)} %`;
  const good = success >= 99.9 ? 'green' : 'red';
  return [
    `phase      ${paint(['bold', style], phase.padEnd(14))}revision ${revision || '-'}   failed checks ${failedChecks}`,
    `weight     asked ${`${asked} %`.padEnd(7)} at the gateway ${`${routed} %`.padEnd(7)} measured ${share}`,
    `  asked    ${paint('cyan', bar(asked))}`,
    `  measured ${paint('green', bar(measured ?? 0))}`,
    `success    ${paint(good, `${success.toFixed(2)} %`.padEnd(10))} latency p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
    `requests   ${snapshot.sent} sent, ${snapshot.failed} failed`,
    `deployment asks for ${snapshot.wanted}${snapshot.isHeld ? paint('yellow', ', which is held (spec.paused)') : ''}`,
    `pods       stable ${snapshot.stable};  canary ${snapshot.canary}`,
    ...stepTable(snapshot.steps, paint),
  ];
}

function stepTable(steps: readonly WeightStep[], paint: Paint): string[] {
  const rows = steps.filter(({ weight, requests }) => weight > 0 && requests > 0);
  if (rows.length === 0) return [];
  const cells = (parts: readonly string[]): string =>
    parts.map((part, i) => part.padStart([8, 10, 12, 10, 9, 9][i] ?? 0)).join('');
  return [
    '',
    paint('dim', cells(['weight', 'requests', 'by canary', 'share', 'failed', 'p99'])),
    ...rows.map(({ weight, requests, canary, failed, p99 }) => {
      const share = `${(percent(canary, requests) ?? 0).toFixed(1)} %`;
      return cells([`${weight} %`, `${requests}`, `${canary}`, share, `${failed}`, `${p99.toFixed(0)} ms`]);
    }),
  ];
}

/** A long message goes on below itself. */
const eventLines = ({ events }: Snapshot, width: number, paint: Paint): string[] =>
  events.flatMap(({ at, reason, message, isWarning }) => {
    const head = `${clock(at)}  ${reason.padEnd(REASON)} `;
    return wrap(message, width - head.length)
      .map((part, index) => `${index === 0 ? head : ' '.repeat(head.length)}${part}`)
      .map((line) => (isWarning ? paint('yellow', line) : line));
  });

/** Breaks at spaces; a word wider than a line is left as it is and cut by the terminal. */
export function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
