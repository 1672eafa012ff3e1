import { parse } from './parse';
import { ExpressionError } from './tokens';
import type { Scope, Value } from './values';

/**
 * Expressions as in Argo's retry strategies, in the part of <https://expr-lang.org/docs/language-definition> that they use:
 * comparisons, `&&`/`and`, `||`/`or`, `!`/`not`, `in`, `matches`, `contains`, `startsWith`, `endsWith`, arithmetic, `?:`,
 * lists, members, and the functions `asInt`, `asFloat`, `string`, `int`, `float`, `len`, `lower`, `upper`, `trim`.
 */
export function evaluate(text: string, scope: Scope): Value {
  return parse(text)(scope);
}

export function evaluateBoolean(text: string, scope: Scope): boolean {
  const value = evaluate(text, scope);
  if (typeof value !== 'boolean') throw new ExpressionError(`"${text}" is not true or false but ${JSON.stringify(value)}`);
  return value;
}
