import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Product, type ProductOptions } from '../../rig/product.ts';
import type { Rig } from '../../rig/rig.ts';
import { imageForm } from './image-form.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** What `npm run build` makes: what the image has. */
export const BUILT_PROGRAM = join(ROOT, 'dist', 'main.js');

const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

/** The times of a cluster, where the rig has shorter ones for tests. */
const TIMES = { HEADGATE_RESYNC_INTERVAL: '30s', HEADGATE_ROUTE_SETTLE: '3s' };

/**
 * Headgate on the rig in the form in which users run it.
 * @param memory the limit of a pod, in MiB; by default the chart's for a scheduler
 */
export function builtProduct(rig: Rig, { env, memory, ...options }: ProductOptions & { memory?: number }): Product {
  const image = imageForm(DOCKERFILE, memory);
  return new Product(rig, {
    ...{ ...options, program: BUILT_PROGRAM, nodeFlags: image.flags },
    env: { ...image.env, HEADGATE_LOG_LEVEL: 'info', ...TIMES, ...env },
  });
}
