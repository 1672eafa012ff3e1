import { TemplateError } from './template-error';

export type Names = Readonly<Record<string, string>>;
const TAG = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** Replaces every `{{name}}` in a value's texts; a name that is not known is an error, as in Argo. */
export function substitute<T>(value: T, names: Names): T {
  return walk(value, (text) =>
    text.replace(TAG, (_, name: string) => {
      const found = Object.hasOwn(names, name) ? names[name] : undefined;
      if (found === undefined) throw new TemplateError(`failed to resolve {{${name}}}`);
      return found;
    }),
  );
}

function walk<T>(value: T, change: (text: string) => string): T {
  // Each branch returns what it was given, with other texts: the type stays.
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((element: unknown) => walk(element, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner as unknown, change)])) as T;
}
