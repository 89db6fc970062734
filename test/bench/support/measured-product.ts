import { Product, ProductProcess } from '../../rig/product.ts';
import type { Rig } from '../../rig/rig.ts';
import { Inspector } from './inspector.ts';

const ADDRESS = '10.244.255.20';
const INSPECTOR = `${ADDRESS}:9229`;
/** As in a cluster; the rig has shorter times for tests. */
const ENVIRONMENT = { HEADGATE_RESYNC_INTERVAL: '30s', HEADGATE_ROUTE_SETTLE: '3s' };

/** Headgate on the rig with one scheduler, whose memory can be looked into. */
export class MeasuredProduct {
  readonly scheduler: ProductProcess;
  readonly #product: Product;
  #inspector: Inspector | undefined;

  constructor(rig: Rig) {
    const env = { ...ENVIRONMENT, NODE_OPTIONS: `--inspect=${INSPECTOR}` };
    this.scheduler = new ProductProcess(rig, { role: 'scheduler', ip: ADDRESS, env });
    this.#product = new Product(rig, { schedulers: 0, env: ENVIRONMENT });
    this.#product.schedulers.push(this.scheduler);
  }

  async start(): Promise<void> {
    await this.#product.start();
    this.#inspector = await Inspector.open(INSPECTOR);
  }

  /** What the scheduler holds after a full garbage collection, in bytes. */
  async liveBytes(): Promise<number> {
    if (!this.#inspector) throw new Error('Headgate was not started');
    return this.#inspector.liveBytes();
  }

  async stop(): Promise<void> {
    this.#inspector?.close();
    await this.#product.stop();
  }
}
