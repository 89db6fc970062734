import closeWithGrace from 'close-with-grace';
import { loadConfig } from '../../../src/config.ts';
import { runScheduler } from '../../../src/run-scheduler.ts';
import { configMapProvider } from './provider.ts';

const CLOSE_MS = 10_000;

/** `headgate scheduler`, for routes in ConfigMaps. */
const running = await runScheduler(loadConfig(process.env), process.env, configMapProvider);
closeWithGrace({ delay: CLOSE_MS, logger: false }, async ({ err }) => {
  if (err) process.stderr.write(`${err.stack ?? err.message}\n`);
  await running.stop();
});
