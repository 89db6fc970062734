import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, locked } from './cache.ts';
import { offerOf } from './offer.ts';
import type { Paths, ProgramName } from './programs.ts';
import type { Progress } from './progress.ts';
import { type Architecture, architecture, type Release, releases } from './releases.ts';
import { Web } from './web.ts';

export type Releases = Partial<Record<ProgramName, Release>>;

interface Fetching {
  web: Web;
  /** When the projects must have answered, and when the files must be here. */
  asked: AbortSignal;
  whole: AbortSignal;
}

/**
 * The programs that their projects publish, kept by version and digest: fetched and checked once. Whatever cannot be had
 * (no network, no such file, another checksum, too slow a line) is said and left out.
 */
export class ReleasedPrograms {
  readonly #releases: Releases;
  readonly #arch: Architecture | undefined;
  readonly #dir: string;

  /** `arch`: undefined where nobody publishes anything for the machine. */
  constructor(table: Releases, arch: Architecture | undefined, dir: string) {
    this.#releases = table;
    this.#arch = arch;
    this.#dir = dir;
  }

  static forThisMachine(): ReleasedPrograms {
    return new ReleasedPrograms(releases, architecture(), cacheDir('releases'));
  }

  /** One that was fetched before. With no digest pinned, that of any digest: it was checked when it came. */
  cached(name: ProgramName): string | undefined {
    const release = this.#releases[name];
    if (!release || !this.#arch) return undefined;
    const key = keyOf(name, release, this.#arch, release.sha256[this.#arch] ?? '');
    const entry = readdirSync(this.#dir).find((known) => known.startsWith(key));
    return entry === undefined ? undefined : join(this.#dir, entry, name);
  }

  /** Asks all projects at once. Of two runs at a time, the second one finds what the first one fetched. */
  async fetch(names: readonly ProgramName[], progress: Progress, web = new Web()): Promise<Paths> {
    const wanted = names.filter((name) => this.#arch && this.#releases[name]);
    const work = () => this.#fetchAll(wanted, progress, web);
    try {
      return wanted.length === 0 ? {} : await locked(join(this.#dir, '.lock'), work);
    } finally {
      await web.close();
    }
  }

  async #fetchAll(names: readonly ProgramName[], progress: Progress, web: Web): Promise<Paths> {
    const asked = AbortSignal.timeout(web.patience.askMs);
    const fetching = { web, asked, whole: AbortSignal.timeout(web.patience.wholeMs) };
    const found: Paths = {};
    const lacking = new Map<string, ProgramName[]>();
    const one = async (name: ProgramName): Promise<void> => {
      try {
        found[name] = this.cached(name) ?? (await this.#fetchOne(name, fetching));
        progress.say(`${name} ${this.#releases[name]?.version}, as released: ${found[name]}`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        lacking.set(reason, [...(lacking.get(reason) ?? []), name]);
      }
    };
    await progress.during(`looking for releases of ${names.join(', ')}`, Promise.all(names.map(one)));
    for (const [reason, without] of lacking)
      progress.say(`no release of ${without.join(', ')}, so built instead: ${reason}`);
    return found;
  }

  async #fetchOne(name: ProgramName, { web, asked, whole }: Fetching): Promise<string> {
    const release = this.#releases[name] as Release;
    const arch = this.#arch as Architecture;
    const offer = await offerOf(release, arch, web, asked);
    const partial = join(this.#dir, `.${name}`);
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    try {
      await offer.take(join(partial, name), whole);
      const entry = join(this.#dir, keyOf(name, release, arch, offer.sha256));
      renameSync(partial, entry);
      return join(entry, name);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
}

const keyOf = (name: ProgramName, release: Release, arch: Architecture, sha256: string): string =>
  `${name}-${release.version}-${arch}-${sha256.slice(0, 16)}`;
