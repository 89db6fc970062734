import { chmodSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { extract } from './archive.ts';
import { publishedSha256 } from './checksums.ts';
import { Repository } from './registry.ts';
import { type Architecture, filledIn, type Release } from './releases.ts';
import type { Web } from './web.ts';

/** A release whose project has said what it must be. */
export interface Offer {
  /** Of the file, or of the image's manifest. */
  sha256: string;
  /** Leaves the program, checked, at `target`, or throws. */
  take: (target: string, signal: AbortSignal) => Promise<void>;
}

/** Asks the project; nothing of the release itself is fetched yet. */
export async function offerOf(release: Release, arch: Architecture, web: Web, signal: AbortSignal): Promise<Offer> {
  const filled = filledIn(release, arch);
  const offer = await (filled.form === 'image'
    ? offerOfImage(filled, arch, web, signal)
    : offerOfFile(filled, web, signal));
  const pinned = release.sha256[arch];
  if (pinned && pinned !== offer.sha256)
    throw new Error(`the SHA-256 ${offer.sha256} is published, but ${pinned} is pinned`);
  return offer;
}

async function offerOfFile(release: Exclude<Release, { form: 'image' }>, web: Web, asked: AbortSignal): Promise<Offer> {
  const { url, checksums } = release;
  const sha256 = publishedSha256(await web.text(checksums, { signal: asked }), basename(url));
  const take: Offer['take'] = async (target, signal) => {
    if (release.form === 'archive') {
      const archive = `${target}.archive`;
      await web.download(url, sha256, archive, { signal });
      if (!(await unpack(archive, release.member, target))) throw new Error(`${url} has no ${release.member}`);
    } else {
      await web.download(url, sha256, target, { signal });
    }
    chmodSync(target, 0o755);
  };
  return { sha256, take };
}

async function offerOfImage(
  { registry, repository: name, tag, member }: Extract<Release, { form: 'image' }>,
  arch: Architecture,
  web: Web,
  asked: AbortSignal,
): Promise<Offer> {
  const repository = new Repository(web, registry, name);
  const sha256 = await repository.manifestDigest(tag, arch, asked);
  const take: Offer['take'] = async (target, signal) => {
    for (const layer of await repository.layers(sha256, signal)) {
      const archive = `${target}.layer`;
      await repository.downloadLayer(layer, archive, signal);
      if (await unpack(archive, member, target)) return chmodSync(target, 0o755);
    }
    throw new Error(`no layer of ${name}:${tag} has ${member}`);
  };
  return { sha256, take };
}

async function unpack(archive: string, member: string, target: string): Promise<boolean> {
  try {
    return await extract(archive, member, target);
  } finally {
    rmSync(archive, { force: true });
  }
}
