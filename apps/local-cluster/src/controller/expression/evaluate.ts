import { ExpressionError, tokensOf, type Token } from './tokens';

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
export type Scope = Readonly<Record<string, Value>>;

/**
 * Expressions as in Argo's retry strategies, in the part of <https://expr-lang.org/docs/language-definition> that they use:
 * comparisons, `&&`/`and`, `||`/`or`, `!`/`not`, `in`, `matches`, `contains`, `startsWith`, `endsWith`, arithmetic, `?:`,
 * lists, members, and the functions `asInt`, `asFloat`, `string`, `int`, `float`, `len`, `lower`, `upper`, `trim`.
 */
export function evaluate(text: string, scope: Scope): Value {
  return new Evaluation(tokensOf(text), scope).whole();
}

export function evaluateBoolean(text: string, scope: Scope): boolean {
  const value = evaluate(text, scope);
  if (typeof value !== 'boolean') throw new ExpressionError(`"${text}" is not true or false but ${JSON.stringify(value)}`);
  return value;
}

type Binary = (left: Value, right: Value) => Value;
const DEPTH_MAX = 100;

/** Reads and evaluates at once: what is read is what is computed, and a branch not taken is computed all the same. */
class Evaluation {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly scope: Scope,
  ) {}

  whole(): Value {
    const value = this.conditional();
    const rest = this.tokens[this.at];
    if (rest !== undefined) throw new ExpressionError(`unexpected "${rest.value}"`);
    return value;
  }

  private conditional(): Value {
    if (++this.depth > DEPTH_MAX) throw new ExpressionError('the expression is nested too deeply');
    const condition = this.or();
    this.depth -= 1;
    if (!this.accept('?')) return condition;
    const yes = this.conditional();
    this.expect(':');
    const no = this.conditional();
    return boolean(condition) ? yes : no;
  }

  private or(): Value {
    let left = this.and();
    while (this.accept('||', 'or')) {
      const right = this.and();
      left = boolean(left) || boolean(right);
    }
    return left;
  }

  private and(): Value {
    let left = this.not();
    while (this.accept('&&', 'and')) {
      const right = this.not();
      left = boolean(left) && boolean(right);
    }
    return left;
  }

  private not(): Value {
    let negations = 0;
    while (this.accept('!', 'not')) negations += 1;
    const value = this.comparison();
    return negations === 0 ? value : boolean(value) !== (negations % 2 === 1);
  }

  private comparison(): Value {
    const left = this.sum();
    const operator = this.accept('==', '!=', '<=', '>=', '<', '>', 'in', 'matches', 'contains', 'startsWith', 'endsWith', 'not');
    if (operator === null) return left;
    if (operator === 'not') {
      this.expect('in');
      return !contains(this.sum(), left);
    }
    return compare(operator, left, this.sum());
  }

  private sum(): Value {
    return this.chain(() => this.product(), SUMS);
  }

  private product(): Value {
    return this.chain(() => this.unary(), PRODUCTS);
  }

  private chain(operand: () => Value, operators: Readonly<Record<string, Binary>>): Value {
    let left = operand();
    for (let sign = this.accept(...Object.keys(operators)); sign !== null; sign = this.accept(...Object.keys(operators))) {
      left = operators[sign]?.(left, operand()) ?? null;
    }
    return left;
  }

  private unary(): Value {
    return this.accept('-') === null ? this.member() : -number(this.unary());
  }

  private member(): Value {
    let value = this.primary();
    for (;;) {
      if (this.accept('.')) value = memberOf(value, this.name());
      else if (this.accept('[')) {
        value = memberOf(value, this.conditional());
        this.expect(']');
      } else return value;
    }
  }

  private primary(): Value {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new ExpressionError('the expression ends too early');
    if (token.kind === 'number' || token.kind === 'string') return token.value;
    if (token.kind === 'name') return this.named(token.value);
    if (token.value === '(') {
      const value = this.conditional();
      this.expect(')');
      return value;
    }
    if (token.value === '[') return this.until(']');
    throw new ExpressionError(`unexpected "${token.value}"`);
  }

  private named(name: string): Value {
    if (name === 'true' || name === 'false') return name === 'true';
    if (name === 'nil' || name === 'null') return null;
    if (this.accept('(')) {
      const call = FUNCTIONS[name];
      const given = this.until(')');
      if (call === undefined) throw new ExpressionError(`there is no function ${name}`);
      return call(given[0] ?? null);
    }
    if (!(name in this.scope)) throw new ExpressionError(`there is no ${name}`);
    return this.scope[name] ?? null;
  }

  private until(end: string): Value[] {
    const values: Value[] = [];
    while (this.accept(end) === null) {
      if (values.length > 0) this.expect(',');
      values.push(this.conditional());
    }
    return values;
  }

  private name(): string {
    const token = this.tokens[this.at++];
    if (token?.kind !== 'name') throw new ExpressionError('a name must follow "."');
    return token.value;
  }

  private accept(...signs: string[]): string | null {
    const token = this.tokens[this.at];
    if (token === undefined || (token.kind !== 'sign' && token.kind !== 'name') || !signs.includes(token.value)) return null;
    this.at += 1;
    return token.value;
  }

  private expect(sign: string): void {
    if (this.accept(sign) === null) throw new ExpressionError(`"${sign}" is missing`);
  }
}

const SUMS: Readonly<Record<string, Binary>> = {
  '+': (a, b) => (typeof a === 'string' && typeof b === 'string' ? a + b : number(a) + number(b)),
  '-': (a, b) => number(a) - number(b),
};
const PRODUCTS: Readonly<Record<string, Binary>> = {
  '*': (a, b) => number(a) * number(b),
  '/': (a, b) => number(a) / number(b),
  '%': (a, b) => number(a) % number(b),
};

const FUNCTIONS: Readonly<Record<string, (value: Value) => Value>> = {
  asInt: wholeNumber,
  int: wholeNumber,
  asFloat: anyNumber,
  float: anyNumber,
  string: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  len: (value) => (typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys(value ?? {}).length),
  lower: (value) => text(value).toLowerCase(),
  upper: (value) => text(value).toUpperCase(),
  trim: (value) => text(value).trim(),
};

function compare(operator: string, left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return same(left, right);
    case '!=':
      return !same(left, right);
    case 'in':
      return contains(right, left);
    case 'contains':
      return text(left).includes(text(right));
    case 'startsWith':
      return text(left).startsWith(text(right));
    case 'endsWith':
      return text(left).endsWith(text(right));
    case 'matches':
      return pattern(text(right)).test(text(left));
    default:
      return order(operator, left, right);
  }
}

function order(operator: string, left: Value, right: Value): boolean {
  const [a, b] = typeof left === 'string' && typeof right === 'string' ? [left, right] : [number(left), number(right)];
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  return operator === '<=' ? a <= b : a >= b;
}

function same(left: Value, right: Value): boolean {
  return left === right || (typeof left === 'object' && JSON.stringify(left) === JSON.stringify(right));
}

function contains(holder: Value, value: Value): boolean {
  if (Array.isArray(holder)) return holder.some((element) => same(element, value));
  if (typeof holder === 'object' && holder !== null) return Object.hasOwn(holder, text(value));
  throw new ExpressionError('"in" needs a list or an object');
}

function memberOf(value: Value, name: Value): Value {
  if (Array.isArray(value)) return value[number(name)] ?? null;
  if (typeof value !== 'object' || value === null) throw new ExpressionError(`${JSON.stringify(value)} has no members`);
  return Object.hasOwn(value, text(name)) ? (value[text(name)] ?? null) : null;
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    throw new ExpressionError(`"${source}" is no regular expression`);
  }
}

function wholeNumber(value: Value): number {
  if (typeof value === 'string' && !/^\s*[+-]?\d+\s*$/.test(value)) throw new ExpressionError(`"${value}" is no whole number`);
  return Math.trunc(anyNumber(value));
}

function anyNumber(value: Value): number {
  const result = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof result !== 'number' || Number.isNaN(result)) throw new ExpressionError(`${JSON.stringify(value)} is no number`);
  return result;
}

function boolean(value: Value): boolean {
  if (typeof value !== 'boolean') throw new ExpressionError(`${JSON.stringify(value)} is not true or false`);
  return value;
}

function number(value: Value): number {
  if (typeof value !== 'number') throw new ExpressionError(`${JSON.stringify(value)} is no number`);
  return value;
}

function text(value: Value): string {
  if (typeof value !== 'string') throw new ExpressionError(`${JSON.stringify(value)} is no text`);
  return value;
}
