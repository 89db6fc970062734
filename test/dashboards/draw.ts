import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * `npm run dashboards:draw`: a good release and a failing one on a rig, then the pictures of docs/dashboards.md, drawn from the
 * dashboards' own JSON by the rig's Prometheus. It needs Chromium.
 */
const HERE = import.meta.dirname;
const PICTURES = join(HERE, '../../docs/pictures');
const BROWSER = process.env['CHROMIUM'] ?? 'chromium';

mkdirSync(PICTURES, { recursive: true });
const directory = mkdtempSync(join(tmpdir(), 'headgate-dashboards-'));
try {
  const story = [process.execPath, join(HERE, 'inside.ts'), directory];
  const rig = spawn(process.execPath, [join(HERE, '../rig/up.ts'), '--', ...story], { stdio: 'inherit' });
  const [code] = (await once(rig, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the story on the rig ended with ${code ?? 'a signal'}`);
  for (const page of ['canary', 'self']) await photograph(page);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function photograph(page: string): Promise<void> {
  const { width, height } = JSON.parse(readFileSync(join(directory, `${page}.json`), 'utf8')) as {
    width: number;
    height: number;
  };
  await promisify(execFile)(BROWSER, [
    '--headless',
    '--no-sandbox',
    '--hide-scrollbars',
    `--window-size=${width},${height}`,
    `--screenshot=${join(PICTURES, `dashboard-${page}.png`)}`,
    `file://${join(directory, `${page}.html`)}`,
  ]);
}
