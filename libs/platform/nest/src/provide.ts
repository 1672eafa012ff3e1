import type { FactoryProvider, ValueProvider } from '@nestjs/common';

type Constructor<T, Args extends unknown[]> = new (...args: Args) => T;
/** An abstract class used as a token, or a concrete one. */
type Token<T> = abstract new (...args: never[]) => T;
type Tokens<Args extends unknown[]> = { [K in keyof Args]: Token<Args[K]> };

/**
 * Wires a class that carries no decorator: `provide(CancelRun, RunStore, Outbox, Clock)`. The tokens stand in the order of
 * the constructor; the compiler refuses a wrong, missing or extra one.
 */
export function provide<T, Args extends unknown[]>(target: Constructor<T, Args>, ...tokens: Tokens<Args>): FactoryProvider<T> {
  return {
    provide: target,
    // Nest resolves `tokens` in order, and `Tokens<Args>` has tied them to the constructor's parameters.
    useFactory: (...args: unknown[]) => new target(...(args as Args)),
    inject: [...tokens],
  };
}

/** Binds a port to an instance that was made outside, such as a connection. */
export function provideValue<T>(token: Token<T>, value: T): ValueProvider<T> {
  return { provide: token, useValue: value };
}
