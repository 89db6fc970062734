/** Decompressed: nothing is asked for that is compressed. */
const MAX_BYTES = 256 * 1024;

/** What an answer is that was not read to its end. */
export const TOO_LONG = 'larger than 256 KiB; aggregate the query into one series';

/** The body of an answer; undefined where there is too much of it. */
export async function boundedText(body: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}
