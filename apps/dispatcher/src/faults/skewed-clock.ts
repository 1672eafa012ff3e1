/**
 * Loaded before a program: its wall clock is off by `SKEW_MS`, as on a machine that nobody has told the time. Timers and the
 * monotonic clock go on as they are.
 */
// eslint-disable-next-line no-restricted-properties -- it has no caller that could tell it anything: it is loaded before the program
const skewMs = Number(process.env['SKEW_MS'] ?? 0);
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + skewMs] : args, newTarget) as Date, // a Date is what it constructs
  apply: () => new RealDate(RealDate.now() + skewMs).toString(),
  get: (target, name, receiver) =>
    name === 'now' ? () => RealDate.now() + skewMs : (Reflect.get(target, name, receiver) as unknown),
});
