import type { Row } from '../table/row.ts';
import { measured, type Part } from './part.ts';

const JOB = 'start';
const MEGABYTE = 1_048_576;

export const start = (quick: boolean): Part => ({
  title: 'Start',
  about:
    'What `npm run build` makes, started by Node as the image does, and beside it Node with nothing to do: no program of it can be faster.',
  turns: 3,
  jobs: [{ name: JOB, program: 'start.ts', args: quick ? ['--times', '3'] : [], rig: [], minutes: 8 }],
  rows: (turns) => {
    const of = (measure: string): number[] => measured(turns, JOB, measure);
    const row = (what: string, measure: string, most: number): Row => ({
      ...{ what, unit: 'ms', values: of(measure), target: { value: most } },
      against: { name: 'Node alone', values: of('node') },
    });
    return [
      row('`headgate --help`', 'help', 250),
      row('a scheduler, until it is ready', 'scheduler', 1_500),
      {
        what: 'memory of a scheduler that is ready',
        unit: 'MiB',
        values: of('bytes').map((bytes) => bytes / MEGABYTE),
      },
    ];
  },
});
