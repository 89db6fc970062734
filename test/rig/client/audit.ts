import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

const NEWLINE = 10;
const MOST_OF_A_LINE = 1_048_576;

/** One answered request (a watch: one opened watch). */
export interface AuditEntry {
  /** When the request came, epoch ms. */
  at: number;
  verb: string;
  user: string;
  userAgent: string;
  uri: string;
  apiGroup: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  code: number;
}

export type AuditFilter = {
  [Field in Exclude<keyof AuditEntry, 'at' | 'code'>]?: string | RegExp;
} & { code?: number; sinceMs?: number };

/** The API server's audit log, from now on: it has all requests since the rig came up. Read on as it grows. */
export class AuditLog {
  readonly #file: string;
  readonly #entries: AuditEntry[] = [];
  #offset: number;
  #rest = '';

  constructor(file: string) {
    this.#file = file;
    this.#offset = beginOfLine(file);
  }

  /** Every request that came at that time or later. */
  since(ms: number): AuditEntry[] {
    this.#readOn();
    return this.#entries.filter(({ at }) => at >= ms);
  }

  /** Those that match every given field; a text must be equal, a RegExp must match. */
  find({ sinceMs = 0, ...fields }: AuditFilter): AuditEntry[] {
    const wanted = Object.entries(fields) as [keyof AuditEntry, string | number | RegExp][];
    const matches = (entry: AuditEntry): boolean =>
      wanted.every(([field, value]) =>
        value instanceof RegExp ? value.test(String(entry[field])) : entry[field] === value,
      );
    return this.since(sinceMs).filter(matches);
  }

  count(filter: AuditFilter): number {
    return this.find(filter).length;
  }

  #readOn(): void {
    const file = openSync(this.#file, 'r');
    const buffer = Buffer.alloc(fstatSync(file).size - this.#offset);
    this.#offset += readSync(file, buffer, 0, buffer.length, this.#offset);
    closeSync(file);
    const lines = (this.#rest + buffer.toString('utf8')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const entry = parse(line);
      if (entry) this.#entries.push(entry);
    }
  }
}

/** Where the last line begins that was not written to its end; 0 where there is no log yet. */
function beginOfLine(path: string): number {
  if (!existsSync(path)) return 0;
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  const last = Buffer.alloc(Math.min(size, MOST_OF_A_LINE));
  readSync(file, last, 0, last.length, size - last.length);
  closeSync(file);
  return size - last.length + last.lastIndexOf(NEWLINE) + 1;
}

function parse(line: string): AuditEntry | undefined {
  const event = JSON.parse(line);
  // A watch is told when it starts, and again when it ends.
  if (event.stage !== (event.verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete')) return undefined;
  const ref = event.objectRef ?? {};
  return {
    at: Date.parse(event.requestReceivedTimestamp),
    verb: event.verb,
    user: event.user?.username ?? '',
    userAgent: event.userAgent ?? '',
    uri: event.requestURI,
    apiGroup: ref.apiGroup ?? '',
    resource: ref.resource ?? '',
    subresource: ref.subresource ?? '',
    namespace: ref.namespace ?? '',
    name: ref.name ?? '',
    code: event.responseStatus?.code ?? 0,
  };
}
