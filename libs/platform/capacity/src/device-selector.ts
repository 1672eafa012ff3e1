import type { Device } from '@stead/platform/kube';
import { parseQuantity } from './quantity';

/**
 * The part of CEL that selectors of devices are written in: comparisons of the driver, of attributes and of capacities,
 * joined by `&&`, `||` and `!`. See <https://kubernetes.io/docs/reference/using-api/cel/> and the field `cel.expression` of
 * a DeviceClass. Null where an expression says more than is understood here: then nobody knows which devices it selects.
 */
export function parseSelector(expression: string): Selector | null {
  try {
    const parser = new Parser(tokensOf(expression));
    const node = parser.or();
    parser.end();
    // CEL aborts the allocation on an error, such as an attribute that the device lacks: the device is not to be had.
    return (driver, device) => {
      try {
        return node({ driver, device }) === true;
      } catch {
        return false;
      }
    };
  } catch {
    return null;
  }
}

export type Selector = (driver: string, device: Device) => boolean;

interface Scope {
  driver: string;
  device: Device;
}
type Value = string | number | boolean | readonly Value[] | Members;
type Evaluate = (scope: Scope) => Value;

const TOKEN = /\s*(?:(&&|\|\||==|!=|<=|>=|[-!<>()[\].,])|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(\d+(?:\.\d+)?)|([A-Za-z_]\w*))/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const source = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (match === null) throw new Error('not understood');
    tokens.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
  }
  return tokens;
}

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  end(): void {
    if (this.at < this.tokens.length) throw new Error('not understood');
  }

  or(): Evaluate {
    let left = this.and();
    while (this.takes('||')) {
      const [a, b] = [left, this.and()];
      left = (scope) => either(a, b, scope, true);
    }
    return left;
  }

  private and(): Evaluate {
    let left = this.comparison();
    while (this.takes('&&')) {
      const [a, b] = [left, this.comparison()];
      left = (scope) => either(a, b, scope, false);
    }
    return left;
  }

  private comparison(): Evaluate {
    const left = this.unary();
    const operator = this.tokens[this.at] ?? '';
    const compare = COMPARE[operator];
    if (compare === undefined) return left;
    this.at += 1;
    const right = this.unary();
    return (scope) => compare(left(scope), right(scope));
  }

  private unary(): Evaluate {
    if (this.takes('!')) {
      const inner = this.unary();
      return (scope) => !truth(inner(scope));
    }
    if (this.takes('-')) {
      const inner = this.unary();
      return (scope) => -number(inner(scope));
    }
    return this.postfix(this.primary());
  }

  private primary(): Evaluate {
    const token = this.next();
    if (token === '(') {
      const inner = this.or();
      this.expect(')');
      return inner;
    }
    if (token === '[') return this.list();
    if (/^['"]/.test(token)) {
      const text = token.slice(1, -1).replace(/\\(.)/g, '$1');
      return () => text;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (token === 'true' || token === 'false') return () => token === 'true';
    if (token === 'device') return this.device();
    if (token === 'quantity') {
      const [text] = this.callArguments(1);
      return (scope) => quantity(text?.(scope) ?? '');
    }
    if (token === 'has') {
      const [path] = this.callArguments(1);
      return (scope) => exists(() => path?.(scope));
    }
    throw new Error('not understood');
  }

  private device(): Evaluate {
    this.expect('.');
    const member = this.next();
    if (member === 'driver') return ({ driver }) => driver;
    if (member === 'attributes' || member === 'capacity') return () => new Members(member, null);
    throw new Error('not understood');
  }

  private postfix(start: Evaluate): Evaluate {
    let value = start;
    for (;;) {
      const of = value;
      if (this.takes('[')) {
        const key = this.or();
        this.expect(']');
        value = (scope) => index(of(scope), key(scope), scope);
      } else if (this.takes('.')) {
        const name = this.next();
        const method = this.tokens[this.at] === '(' ? METHODS[name] : undefined;
        if (this.tokens[this.at] === '(') {
          if (method === undefined) throw new Error('not understood');
          const given = this.callArguments(method.length - 1);
          value = (scope) => method(of(scope), ...given.map((one) => one(scope)));
        } else value = (scope) => index(of(scope), name, scope);
      } else return value;
    }
  }

  private list(): Evaluate {
    const items: Evaluate[] = [];
    while (!this.takes(']')) {
      items.push(this.or());
      if (!this.takes(',') && this.tokens[this.at] !== ']') throw new Error('not understood');
    }
    return (scope) => items.map((item) => item(scope));
  }

  private callArguments(count: number): Evaluate[] {
    this.expect('(');
    const given: Evaluate[] = [];
    for (let i = 0; i < count; i += 1) {
      if (i > 0) this.expect(',');
      given.push(this.or());
    }
    this.expect(')');
    return given;
  }

  private next(): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw new Error('not understood');
    this.at += 1;
    return token;
  }

  private takes(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at += 1;
    return true;
  }

  private expect(token: string): void {
    if (!this.takes(token)) throw new Error('not understood');
  }
}

/** In CEL an error on one side does not matter when the other side decides. */
function either(a: Evaluate, b: Evaluate, scope: Scope, decides: boolean): boolean {
  try {
    if (truth(a(scope)) === decides) return decides;
  } catch (error) {
    if (truth(b(scope)) === decides) return decides;
    throw error;
  }
  return truth(b(scope));
}

const COMPARE: Readonly<Record<string, ((a: Value, b: Value) => boolean) | undefined>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => number(a) < number(b),
  '<=': (a, b) => number(a) <= number(b),
  '>': (a, b) => number(a) > number(b),
  '>=': (a, b) => number(a) >= number(b),
  in: (a, b) => list(b).includes(a),
};

type Method = (value: Value, ...given: Value[]) => Value;
const METHODS: Readonly<Record<string, Method | undefined>> = {
  compareTo: (a: Value, b: Value) => Math.sign(number(a) - number(b)),
  isGreaterThan: (a: Value, b: Value) => number(a) > number(b),
  isLessThan: (a: Value, b: Value) => number(a) < number(b),
  startsWith: (a: Value, b: Value) => text(a).startsWith(text(b)),
  endsWith: (a: Value, b: Value) => text(a).endsWith(text(b)),
  contains: (a: Value, b: Value) => text(a).includes(text(b)),
  lowerAscii: (a: Value) => text(a).toLowerCase(),
};

/** `device.attributes`, or what is in it of one domain. */
class Members {
  constructor(
    readonly of: 'attributes' | 'capacity',
    readonly domain: string | null,
  ) {}
}

/** A name without a domain belongs to the domain of the driver. */
function index(members: Value, key: Value, { driver, device }: Scope): Value {
  if (!(members instanceof Members) || typeof key !== 'string') throw new Error('no such member');
  const { of, domain } = members;
  if (domain === null) return new Members(of, key);
  const values = device[of];
  const value = values[`${domain}/${key}`] ?? (domain === driver ? values[key] : undefined);
  if (value === undefined) throw new Error(`no ${of} ${domain}/${key}`);
  return of === 'capacity' && typeof value !== 'boolean' ? quantity(value) : value;
}

function quantity(value: Value): number {
  const parsed = typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : null;
  if (parsed === null) throw new Error('no quantity');
  return parsed;
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new Error('no truth');
  return value;
}

function number(value: Value): number {
  if (typeof value !== 'number') throw new Error('no number');
  return value;
}

function text(value: Value): string {
  if (typeof value !== 'string') throw new Error('no text');
  return value;
}

function list(value: Value): readonly Value[] {
  if (typeof value !== 'object' || value instanceof Members) throw new Error('no list');
  return value;
}

function exists(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch {
    return false;
  }
}
