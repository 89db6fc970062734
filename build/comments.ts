import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** A file's text without comments and blank lines, before the bundle is printed: esbuild itself leaves those inside functions. */
export const withoutComments: Plugin = {
  name: 'without comments',
  setup(bundling) {
    bundling.onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
      const loader = path.endsWith('ts') ? 'ts' : 'js';
      const { code } = await bundling.esbuild.transform(await readFile(path, 'utf8'), {
        loader,
        sourcefile: path,
        target: 'node24',
        minifyWhitespace: true,
      });
      return { contents: code, loader: 'js' };
    });
  },
};
