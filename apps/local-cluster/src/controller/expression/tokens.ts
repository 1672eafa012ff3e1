export class ExpressionError extends Error {}

export type Token =
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'name'; value: string }
  | { kind: 'sign'; value: string };

const SPACE = /\s+/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const STRING = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const SIGN = /\|\||&&|==|!=|<=|>=|=~|[-+*/%<>!()[\],.?:]/y;
const TOKENS_MAX = 2_000;

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    if (tokens.length >= TOKENS_MAX) throw new ExpressionError('the expression is too long');
    const take = (pattern: RegExp): RegExpExecArray | null => {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match !== null) at += match[0].length;
      return match;
    };
    if (take(SPACE) !== null) continue;
    const number = take(NUMBER);
    if (number !== null) {
      tokens.push({ kind: 'number', value: Number(number[0]) });
      continue;
    }
    const string = take(STRING);
    if (string !== null) {
      tokens.push({ kind: 'string', value: unescape(string[1] ?? string[2] ?? '') });
      continue;
    }
    const name = take(NAME);
    const sign = name === null ? take(SIGN) : null;
    if (name !== null) tokens.push({ kind: 'name', value: name[0] });
    else if (sign !== null) tokens.push({ kind: 'sign', value: sign[0] });
    else throw new ExpressionError(`unexpected "${text[at] ?? ''}" at ${at + 1}`);
  }
  return tokens;
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => ({ n: '\n', t: '\t' })[character] ?? character);
}
