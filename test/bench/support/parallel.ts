/** Does the work for each item, in their order, so many at a time. */
export async function each<T>(items: readonly T[], most: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
}
