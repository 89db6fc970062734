import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { imageForm } from './image-form.ts';

const DOCKERFILE = join(import.meta.dirname, '..', '..', '..', 'Dockerfile');

t.test('variables and words of Node are those of the image', async (t) => {
  const { env, flags } = imageForm(`FROM node AS build
ENV OTHER=1
FROM node AS headgate
ENV NODE_ENV=production
ENV NODE_OPTIONS="--max-semi-space-size=4 --max-old-space-size-percentage=50"
ENV A=1 B_=2
ENTRYPOINT ["node", "--liftoff-only", "/headgate/dist/main.js"]

FROM headgate
`);
  t.same(env, {
    ...{ NODE_ENV: 'production', A: '1', B_: '2' },
    NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=256',
  });
  t.same(flags, ['--liftoff-only']);
  t.throws(() => imageForm('FROM node\n'), /no stage/);
});

t.test('the Dockerfile has them', async (t) => {
  const { env, flags } = imageForm(readFileSync(DOCKERFILE, 'utf8'));
  t.equal(env['NODE_ENV'], 'production');
  t.match(env['NODE_OPTIONS'], /--max-old-space-size=\d+/);
  t.ok(flags.every((flag) => flag.startsWith('--')));
});
