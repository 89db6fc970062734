import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { withoutComments } from './comments.ts';
import { noticesOf } from './notices.ts';
import { withoutUnused } from './unused.ts';

export const ROOT = join(import.meta.dirname, '..');

/** What packages of CommonJS expect to find. */
const COMMONJS = `const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);`;

/**
 * Writes `dist`: all that a process of Headgate loads, packages included, in a few files. Node keeps the text of what it has
 * loaded in memory, so a bundle leaves out comments and what of a package is not used, and has one byte a letter. Names and
 * lines stay, for those who read a stack. What the source imports with `import()` has a file of its own, which is loaded then.
 */
export async function bundle(outdir: string): Promise<void> {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/main.ts'],
    outdir,
    bundle: true,
    splitting: true,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    charset: 'ascii',
    // The form of a package in which its parts can be left out, where it has one.
    mainFields: ['module', 'main'],
    // Reads MessagePack faster, and is compiled for one processor: BullMQ only writes it.
    external: ['msgpackr-extract'],
    define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
    banner: { js: COMMONJS },
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [withoutComments, withoutUnused],
  });
  writeFileSync(join(outdir, 'NOTICES.txt'), noticesOf(Object.keys(metafile.inputs), ROOT));
}

if (import.meta.main) await bundle(join(ROOT, 'dist'));
