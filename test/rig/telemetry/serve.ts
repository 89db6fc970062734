import { constants, openSync } from 'node:fs';
import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { labelsOf, type ReportingProxy } from './labels.ts';
import { type LogLine, parseLine } from './log-format.ts';
import { IstioSeries } from './series.ts';

/** What this program is started with, as JSON in its one argument. */
export interface ExporterOptions {
  host: string;
  port: number;
  /** Each proxy, and the named pipe that it writes its log to. */
  proxies: { pipe: string; proxy: ReportingProxy }[];
}

/** Longer than any window that a query asks for. */
const IDLE_MS = 15 * 60_000;

const options = JSON.parse(process.argv[2] ?? '{}') as ExporterOptions;
const series = new IstioSeries();

for (const { pipe, proxy } of options.proxies) {
  createInterface({ input: open(pipe) }).on('line', (text) => count(parseLine(text), text, proxy));
}
setInterval(() => series.dropIdle(Date.now() - IDLE_MS), 60_000);
createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(series.text());
}).listen(options.port, options.host);

function count(line: LogLine | undefined, text: string, proxy: ReportingProxy): void {
  if (!line) console.error(`not a line of the log of ${proxy.workload}: ${text}`);
  const labels = line && labelsOf(line, proxy);
  if (!labels) return;
  series.add(labels, line.durationMs, Date.now());
  // Why a request got no answer of a pod is what a test that failed wants to know.
  if (line.reporter === 'source' && line.flags !== '-') console.log(`${proxy.workload}: ${text}`);
}

/** Opened for writing too: the pipe has no end when its proxy restarts. */
function open(pipe: string): Socket {
  const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}
