import { sha256Of } from './checksums.ts';
import { INDEX_TYPES, layersOf, MANIFEST_TYPES, manifestOf, tokenOf, tokenUrl } from './oci.ts';
import { textOf, type Web } from './web.ts';

/** One repository of a registry, read without an account. */
export class Repository {
  readonly #web: Web;
  readonly #base: string;
  #headers: Record<string, string> = {};

  constructor(web: Web, registry: string, name: string) {
    this.#web = web;
    this.#base = `${registry}/v2/${name}`;
  }

  /** The manifest that a tag has for an architecture. */
  async manifestDigest(tag: string, arch: string, signal: AbortSignal): Promise<string> {
    return manifestOf(await this.#read(`manifests/${tag}`, INDEX_TYPES, signal), arch);
  }

  async layers(digest: string, signal: AbortSignal): Promise<string[]> {
    const text = await this.#read(`manifests/sha256:${digest}`, MANIFEST_TYPES, signal);
    if (sha256Of(text) !== digest) throw new Error(`${this.#base}: the manifest is not the one of its digest`);
    return layersOf(text);
  }

  downloadLayer(digest: string, target: string, signal: AbortSignal): Promise<void> {
    return this.#web.download(`${this.#base}/blobs/sha256:${digest}`, digest, target, {
      headers: this.#headers,
      signal,
    });
  }

  async #read(path: string, accept: string, signal: AbortSignal): Promise<string> {
    const url = `${this.#base}/${path}`;
    const ask = () => this.#web.ask(url, { headers: { ...this.#headers, accept }, signal });
    const answer = await ask();
    const challenge = answer.headers.get('www-authenticate');
    if (answer.status !== 401 || !challenge) return textOf(answer);
    await answer.body?.cancel();
    const token = tokenOf(await this.#web.text(tokenUrl(challenge), { signal }));
    this.#headers = { authorization: `Bearer ${token}` };
    return textOf(await ask());
  }
}
