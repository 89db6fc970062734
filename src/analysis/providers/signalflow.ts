import type { QueryResult } from '../verdict.ts';
import { addressOf, lacks, type MetricProvider, withParameters } from './provider.ts';
import { failed, listAt, NONE, numberIn, readJson, SEVERAL, stringAt } from './reading.ts';

/** Splunk Observability: a SignalFlow program that is run over the time that is measured, and ends. */
export const signalflow: MetricProvider = {
  request: ({ query, from, to, template, secret: { sf_token_key: token } }) => {
    if (token === undefined) return lacks('sf_token_key');
    const time = { start: `${Math.floor(from)}`, stop: `${Math.floor(to)}`, immediate: 'true' };
    return {
      method: 'POST',
      url: withParameters(`${addressOf(template)}/v2/signalflow/execute`, time),
      headers: { 'content-type': 'text/plain', accept: 'text/event-stream', 'x-sf-token': token },
      body: query,
    };
  },
  read: (text) => {
    const messages = text.split(/\r?\n\r?\n/).map(messageIn);
    const error = messages.find(({ event }) => event === 'error');
    if (error !== undefined) return readJson(error.data, (answer) => failed(`signalflow says: ${saidIn(answer)}`));
    const last = messages.findLast(({ event, data }) => event === 'data' && !isEmpty(data));
    return last === undefined ? NONE : readJson(last.data, readData);
  },
};

/** One of a stream of server-sent events. */
function messageIn(block: string): { event: string; data: string } {
  const of = (name: string) =>
    block
      .split(/\r?\n/)
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim())
      .join('\n');
  return { event: of('event'), data: of('data') };
}

const saidIn = (answer: unknown): string =>
  stringAt(answer, 'message') || stringAt(answer, 'errors', 0, 'message') || 'the program has an error';

const isEmpty = (data: string): boolean => {
  const none = readJson(data, (answer) => (listAt(answer, 'data').length === 0 ? NONE : SEVERAL));
  return none === NONE;
};

/** Values at one point in time, each of a series. */
function readData(answer: unknown): QueryResult {
  const series = listAt(answer, 'data');
  if (series.length > 1) return SEVERAL;
  const [only] = series;
  return typeof only === 'object' && only !== null && 'value' in only ? numberIn(only.value) : NONE;
}
