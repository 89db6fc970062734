import t from 'tap';
import { asHeadgates, goMilliseconds } from '../../../src/cli/import/conversions.ts';

const durations: Record<string, [milliseconds: number | undefined, headgates: string | undefined]> = {
  '30s': [30_000, '30s'],
  '90s': [90_000, '90s'],
  '1m30s': [90_000, '1m30s'],
  '1.5m': [90_000, '1m30s'],
  '.5h': [1_800_000, '30m'],
  '30s1m': [90_000, '1m30s'],
  '1m1m': [120_000, '2m'],
  '2h45m30.5s': [9_930_500, '2h45m30s500ms'],
  '1500000us': [1_500, '1s500ms'],
  '1ns': [0, '0s'],
  '0s': [0, '0s'],
  '': [undefined, undefined],
  '10': [undefined, undefined],
  soon: [undefined, undefined],
  '1d': [undefined, undefined],
  '1m ': [undefined, undefined],
};

for (const [text, [milliseconds, headgates]] of Object.entries(durations)) {
  void t.test(`${text || 'an empty text'} is ${headgates ?? 'no duration'}`, async (t) => {
    t.equal(goMilliseconds(text), milliseconds);
    t.equal(asHeadgates(text), headgates);
  });
}
