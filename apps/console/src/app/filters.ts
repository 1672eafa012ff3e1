import { useNavigate, useSearch } from '@tanstack/react-router';

/** Filters of a list, kept in the address: they survive a reload and can be sent to somebody. */
export function useFilters<Name extends string>(
  names: readonly Name[],
  /** The list is a part of a longer page, which does not go back to its top for another filter. */
  { isPart = false }: { isPart?: boolean } = {},
): {
  values: Partial<Record<Name, string>>;
  set: (name: Name | 'cursor', value: string) => void;
  query: URLSearchParams;
  cursor: string;
} {
  const search = useSearch({ strict: false }) as Record<string, string | undefined>; // strings, by the route's own check
  const navigate = useNavigate();
  const values: Partial<Record<Name, string>> = {};
  const query = new URLSearchParams();
  for (const name of [...names, 'cursor'] as const) {
    const value = search[name];
    if (value === undefined || value === '') continue;
    query.set(name, value);
    if (name !== 'cursor') values[name as Name] = value;
  }
  return {
    values,
    query,
    cursor: search['cursor'] ?? '',
    set: (name, value) => {
      // Another filter makes another list: it begins at its first page.
      const next: Record<string, string> = Object.fromEntries(
        Object.entries(search).flatMap(([key, known]) =>
          known === undefined || key === 'cursor' || key === name ? [] : [[key, known]],
        ),
      );
      if (value !== '') next[name] = value;
      void navigate({ to: '.', search: next, replace: name !== 'cursor', resetScroll: !isPart });
    },
  };
}
