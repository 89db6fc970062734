import type { Plugin } from 'esbuild';

/** Packages whose files only define, and whose manifest does not say so: what is not imported from them can be left out. */
const ONLY_DEFINE = /\/node_modules\/bullmq(\/|$)/;

export const withoutUnused: Plugin = {
  name: 'without unused files',
  setup(bundling) {
    bundling.onResolve({ filter: /^(\.|bullmq$)/ }, async ({ path, pluginData, ...asked }) => {
      // The bundler's own answer is asked for below, which comes by here once more.
      if (pluginData === ONLY_DEFINE) return undefined;
      const found = await bundling.resolve(path, { ...asked, pluginData: ONLY_DEFINE });
      return ONLY_DEFINE.test(found.path) ? { ...found, sideEffects: false } : undefined;
    });
  },
};
