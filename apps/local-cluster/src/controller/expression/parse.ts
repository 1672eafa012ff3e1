import { ExpressionError, tokensOf, type Token } from './tokens';
import { boolean, compare, FUNCTIONS, isContained, memberOf, number, PRODUCTS, SUMS, type Scope, type Value } from './values';

/** What was read, ready to be computed; a branch that is not taken is not computed. */
export type Computation = (scope: Scope) => Value;

export function parse(text: string): Computation {
  return new Parser(tokensOf(text)).whole();
}

const DEPTH_MAX = 100;

/** Recursive descent, one method per level of precedence. */
class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Computation {
    const computation = this.conditional();
    const rest = this.tokens[this.at];
    if (rest !== undefined) throw new ExpressionError(`unexpected "${rest.value}"`);
    return computation;
  }

  private conditional(): Computation {
    if (++this.depth > DEPTH_MAX) throw new ExpressionError('the expression is nested too deeply');
    const condition = this.or();
    if (this.accept('?') === null) {
      this.depth -= 1;
      return condition;
    }
    const yes = this.conditional();
    this.expect(':');
    const no = this.conditional();
    this.depth -= 1;
    return (scope) => (boolean(condition(scope)) ? yes(scope) : no(scope));
  }

  private or(): Computation {
    let computation = this.and();
    while (this.accept('||', 'or') !== null) {
      const left = computation;
      const right = this.and();
      computation = (scope) => boolean(left(scope)) || boolean(right(scope));
    }
    return computation;
  }

  private and(): Computation {
    let computation = this.not();
    while (this.accept('&&', 'and') !== null) {
      const left = computation;
      const right = this.not();
      computation = (scope) => boolean(left(scope)) && boolean(right(scope));
    }
    return computation;
  }

  private not(): Computation {
    if (this.accept('!', 'not') === null) return this.comparison();
    if (++this.depth > DEPTH_MAX) throw new ExpressionError('the expression is nested too deeply');
    const inner = this.not();
    this.depth -= 1;
    return (scope) => !boolean(inner(scope));
  }

  private comparison(): Computation {
    const left = this.sum();
    const operator = this.accept('==', '!=', '<=', '>=', '<', '>', 'in', 'matches', 'contains', 'startsWith', 'endsWith', 'not');
    if (operator === null) return left;
    if (operator === 'not') this.expect('in');
    const right = this.sum();
    if (operator === 'not') return (scope) => !isContained(left(scope), right(scope));
    return (scope) => compare(operator, left(scope), right(scope));
  }

  private sum(): Computation {
    return this.chain(() => this.product(), SUMS);
  }

  private product(): Computation {
    return this.chain(() => this.unary(), PRODUCTS);
  }

  private chain(
    operand: () => Computation,
    operators: Readonly<Record<string, (left: Value, right: Value) => Value>>,
  ): Computation {
    let computation = operand();
    for (let sign = this.accept(...Object.keys(operators)); sign !== null; sign = this.accept(...Object.keys(operators))) {
      const compute = operators[sign];
      const left = computation;
      const right = operand();
      if (compute === undefined) throw new ExpressionError(`unexpected "${sign}"`);
      computation = (scope) => compute(left(scope), right(scope));
    }
    return computation;
  }

  private unary(): Computation {
    if (this.accept('-') === null) return this.member();
    const inner = this.member();
    return (scope) => -number(inner(scope));
  }

  private member(): Computation {
    let computation = this.primary();
    for (;;) {
      const holder = computation;
      if (this.accept('.') !== null) {
        const name = this.name();
        computation = (scope) => memberOf(holder(scope), name);
      } else if (this.accept('[') !== null) {
        const key = this.conditional();
        this.expect(']');
        computation = (scope) => memberOf(holder(scope), key(scope));
      } else return computation;
    }
  }

  private primary(): Computation {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new ExpressionError('the expression ends too early');
    if (token.kind === 'number' || token.kind === 'string') return () => token.value;
    if (token.kind === 'name') return this.named(token.value);
    if (token.value === '(') {
      const inner = this.conditional();
      this.expect(')');
      return inner;
    }
    if (token.value !== '[') throw new ExpressionError(`unexpected "${token.value}"`);
    const elements = this.until(']');
    return (scope) => elements.map((element) => element(scope));
  }

  private named(name: string): Computation {
    if (name === 'true' || name === 'false') return () => name === 'true';
    if (name === 'nil' || name === 'null') return () => null;
    if (this.accept('(') === null) {
      return (scope) => {
        if (!Object.hasOwn(scope, name)) throw new ExpressionError(`there is no ${name}`);
        return scope[name] ?? null;
      };
    }
    const call = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    const [argument, ...more] = this.until(')');
    if (call === undefined) throw new ExpressionError(`there is no function ${name}`);
    if (argument === undefined || more.length > 0) throw new ExpressionError(`${name} takes one argument`);
    return (scope) => call(argument(scope));
  }

  private until(end: string): Computation[] {
    const found: Computation[] = [];
    while (this.accept(end) === null) {
      if (found.length > 0) this.expect(',');
      found.push(this.conditional());
    }
    return found;
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
