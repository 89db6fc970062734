/** A map that keeps what was set last: beyond so many entries, the one that was not set for longest goes. */
export class RecentMap<K, V> extends Map<K, V> {
  readonly #most: number;

  /** @param most entries, one at least */
  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    const [oldest] = this.keys();
    if (oldest !== undefined && this.size > this.#most) this.delete(oldest);
    return this;
  }
}
