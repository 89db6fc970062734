/*
 * For `node --import`: the process believes that it is another time, as on a machine whose clock nobody keeps right. Timers stay.
 */
const ahead = Number(process.env['SHIFTED_CLOCK_MS'] ?? 0);
const now = (): number => realDate.now() + ahead;
const realDate = Date;

globalThis.Date = new Proxy(realDate, {
  apply: () => new realDate(now()).toString(),
  construct: (target, words: unknown[], made) =>
    Reflect.construct(target, words.length === 0 ? [now()] : words, made) as Date,
  get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
});
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + ahead });
