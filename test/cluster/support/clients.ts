import type { Test } from 'tap';
import { type Load, type LoadOptions, type LoadSummary, type Rig, waitFor } from '../../rig/rig.ts';
import { failuresOf } from './failures.ts';

/** One way in: who asks, for which host, at which port. */
export type Way = Omit<LoadOptions, 'rps'>;

const RPS = 15;

/** Clients of an app, one for each way in: they send from before it is enrolled until it is left alone again. */
export class Clients {
  readonly #rig: Rig;
  readonly #loads: { name: string; load: Load }[] = [];

  private constructor(rig: Rig) {
    this.#rig = rig;
  }

  static async of(rig: Rig, ways: readonly Way[]): Promise<Clients> {
    const clients = new Clients(rig);
    await clients.join(ways);
    return clients;
  }

  /** More clients, who begin once all of them are answered: as often as it takes for a proxy to have the last of the objects. */
  async join(ways: readonly Way[]): Promise<void> {
    const rig = this.#rig;
    await Promise.all(ways.map((way) => answeredInARow(rig, way)));
    this.#loads.push(...ways.map((way) => ({ name: nameOf(way), load: rig.load({ ...way, rps: RPS }) })));
  }

  /** Resolves when each client was answered by the revision since now. */
  async hear(tag: string): Promise<void> {
    const from = Date.now();
    await waitFor(`every client to be answered by ${tag}`, () => {
      const without = this.#loads.filter(({ load }) => load.summary(from).byRevision[tag] === undefined);
      if (without.length === 0) return true;
      throw new Error(`not yet: ${without.map(({ name }) => name).join(', ')}`);
    });
  }

  /** Asserts that since then each client was answered, and by this revision alone. */
  heardAlone(t: Test, tag: string, since: number): void {
    for (const { name, load } of this.#loads) {
      t.same(Object.keys(load.summary(since).byRevision), [tag], `${name}: ${tag} alone`);
    }
  }

  /** Ends all, and tells how each fared. */
  leave(): Promise<LoadSummary[]> {
    return Promise.all(this.#loads.map(({ load }) => load.stop()));
  }

  /** Ends all, and asserts that each request of each was answered with 200, and not with a failure of gRPC. */
  async servedAll(t: Test): Promise<void> {
    for (const { name, load } of this.#loads) {
      const { total, byStatus } = await load.stop();
      t.same(failuresOf(load), [], `${name}: no request of ${total} failed`);
      t.same(byStatus, { 200: total }, `${name}: all got 200`);
    }
  }
}

const nameOf = ({ via = 'gateway', host, path = '', port = 80, protocol = 'http' }: Way): string =>
  `${protocol}://${host}${via === 'mesh' ? `:${port}` : ''}${path} (${via})`;

const IN_A_ROW = 10;

function answeredInARow(rig: Rig, way: Way): Promise<boolean> {
  let answered = 0;
  const isSteady = async (): Promise<boolean> => {
    answered = (await isAnswered(rig, way)) ? answered + 1 : 0;
    return answered >= IN_A_ROW;
  };
  return waitFor(`${IN_A_ROW} answers in a row to ${nameOf(way)}`, isSteady, { everyMs: 150 });
}

async function isAnswered(rig: Rig, { via, protocol, ...wanted }: Way): Promise<boolean> {
  const sender = via === 'mesh' ? rig.caller : rig.gateway;
  if (protocol === 'grpc') return (await sender.grpc(wanted)).grpcStatus === 0;
  return (await sender.request({ ...wanted, isLast: true })).status === 200;
}
