/** What a jsonb column gives back of a value: a copy of its data that nobody shares, and that nobody can change. */
export function asJson<T>(value: T): T {
  const copy: T = JSON.parse(JSON.stringify(value ?? null)); // the same data, as long as it is data
  return frozen(copy);
}

/** Members that are undefined change nothing. */
export function defined<T extends object>(change: T): T {
  const kept = { ...change };
  for (const member of Object.keys(kept)) if (Reflect.get(kept, member) === undefined) Reflect.deleteProperty(kept, member);
  return kept;
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) frozen(member);
    Object.freeze(value);
  }
  return value;
}
