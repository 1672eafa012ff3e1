import { ExpressionError } from './expression/tokens';

const COMPARISON = /^(.*?)\s*(==|!=|<=|>=|=~|<|>)\s*(.*)$/s;

/**
 * The condition of a task after its names were filled in: `a == b`, joined with `&&` and `||`, negated with `!`, in
 * parentheses. Words need no quotes there, because what was filled in has none: `{{tasks.a.status}} == Succeeded`.
 */
export function evaluateWhen(text: string): boolean {
  const trimmed = text.trim();
  const any = split(trimmed, '||');
  if (any.length > 1) return any.some(evaluateWhen);
  const all = split(trimmed, '&&');
  if (all.length > 1) return all.every(evaluateWhen);
  if (trimmed.startsWith('(') && closing(trimmed) === trimmed.length - 1) return evaluateWhen(trimmed.slice(1, -1));
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  const comparison = COMPARISON.exec(trimmed);
  if (trimmed.startsWith('!') && comparison?.[2] !== '!=') return !evaluateWhen(trimmed.slice(1));
  if (comparison === null) throw new ExpressionError(`'${text}' is not true or false`);
  return compare(word(comparison[1] ?? ''), comparison[2] ?? '', word(comparison[3] ?? ''));
}

function compare(left: string, operator: string, right: string): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (operator === '=~') return new RegExp(right, 'u').test(left);
  const [a, b] = [Number(left), Number(right)];
  if (left === '' || right === '' || Number.isNaN(a) || Number.isNaN(b))
    throw new ExpressionError(`'${left} ${operator} ${right}' compares what are no numbers`);
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  return operator === '<=' ? a <= b : a >= b;
}

function word(text: string): string {
  const trimmed = text.trim();
  return /^(".*"|'.*')$/s.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}

/** The parts between an operator, where it stands neither in quotes nor in parentheses. */
function split(text: string, operator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i] ?? '';
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (depth === 0 && text.startsWith(operator, i)) {
      parts.push(text.slice(start, i));
      start = i + operator.length;
      i = start - 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** Where the parenthesis that opens a text closes. */
function closing(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '(') depth += 1;
    if (text[i] === ')') depth -= 1;
    if (depth === 0) return i;
  }
  return -1;
}
