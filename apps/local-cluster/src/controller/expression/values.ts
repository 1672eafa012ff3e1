import { ExpressionError } from './tokens';

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
export type Scope = Readonly<Record<string, Value>>;
type Binary = (left: Value, right: Value) => Value;

export const SUMS: Readonly<Record<string, Binary>> = {
  '+': (a, b) => (typeof a === 'string' && typeof b === 'string' ? a + b : number(a) + number(b)),
  '-': (a, b) => number(a) - number(b),
};

export const PRODUCTS: Readonly<Record<string, Binary>> = {
  '*': (a, b) => number(a) * number(b),
  '/': (a, b) => number(a) / number(b),
  '%': (a, b) => number(a) % number(b),
};

export const FUNCTIONS: Readonly<Record<string, (value: Value) => Value>> = {
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

export function compare(operator: string, left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return same(left, right);
    case '!=':
      return !same(left, right);
    case 'in':
      return isContained(left, right);
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

export function isContained(value: Value, holder: Value): boolean {
  if (Array.isArray(holder)) return holder.some((element) => same(element, value));
  if (typeof holder === 'object' && holder !== null) return Object.hasOwn(holder, text(value));
  throw new ExpressionError('"in" needs a list or an object');
}

export function memberOf(value: Value, name: Value): Value {
  if (Array.isArray(value)) return value[number(name)] ?? null;
  if (typeof value !== 'object' || value === null) throw new ExpressionError(`${JSON.stringify(value)} has no members`);
  return Object.hasOwn(value, text(name)) ? (value[text(name)] ?? null) : null;
}

export function boolean(value: Value): boolean {
  if (typeof value !== 'boolean') throw new ExpressionError(`${JSON.stringify(value)} is not true or false`);
  return value;
}

export function number(value: Value): number {
  if (typeof value !== 'number') throw new ExpressionError(`${JSON.stringify(value)} is no number`);
  return value;
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

function text(value: Value): string {
  if (typeof value !== 'string') throw new ExpressionError(`${JSON.stringify(value)} is no text`);
  return value;
}
