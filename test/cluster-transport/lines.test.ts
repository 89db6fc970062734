import t from 'tap';
import { LineSplitter } from '../../src/cluster/lines.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const split = (chunks: Uint8Array[]): string[][] => {
  const splitter = new LineSplitter();
  return chunks.map((chunk) => splitter.push(chunk));
};

const cases: Record<string, [chunks: string[], lines: string[][]]> = {
  'one line in one chunk': [['a\n'], [['a']]],
  'several lines in one chunk': [['a\nb\nc\n'], [['a', 'b', 'c']]],
  'one line over several chunks': [
    ['a', 'b', 'c\n'],
    [[], [], ['abc']],
  ],
  'the end of one line and the start of the next': [
    ['a', 'b\nc', 'd\n'],
    [[], ['ab'], ['cd']],
  ],
  'a newline alone ends the line before': [
    ['a', '\n'],
    [[], ['a']],
  ],
  'empty lines are nothing': [['\n\na\n\n'], [['a']]],
  'an empty chunk is nothing': [
    ['a', '', '\n'],
    [[], [], ['a']],
  ],
  'a line without its end is not given out': [['a\nb'], [['a']]],
};

for (const [sentence, [chunks, lines]] of Object.entries(cases)) {
  void t.test(sentence, async (t) => t.strictSame(split(chunks.map(bytes)), lines));
}

void t.test('characters cut anywhere come out whole', async (t) => {
  const line = '{"name":"Ünïcødé-日本-🚰"}';
  const all = bytes(`${line}\n${line}\n`);
  for (const size of [1, 2, 3, 5, 7]) {
    const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
    t.strictSame(split(chunks).flat(), [line, line], `chunks of ${size}`);
  }
});
