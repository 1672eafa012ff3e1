import { equal, isObject, type Json, type JsonObject } from '../objects/json';
import { ApiError } from './api-error';

/** RFC 7396. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/**
 * A strategic merge patch as kubectl sends it for core kinds, without the merge keys of lists: lists are replaced, as they
 * are in a merge patch. The directives (`$setElementOrder/…`, `$retainKeys`) only speak of such lists.
 */
export function strategicMergePatch(target: Json, patch: Json): Json {
  return mergePatch(target, withoutDirectives(patch));
}

function withoutDirectives(patch: Json): Json {
  if (!isObject(patch)) return patch;
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([key]) => !key.startsWith('$'))
      .map(([key, value]) => [key, withoutDirectives(value)]),
  );
}

/** Server-side apply by one owner: what is applied is set, what others set stays. */
export function applyPatch(target: Json, applied: Json): Json {
  if (!isObject(applied) || !isObject(target)) return applied;
  const result: JsonObject = { ...target };
  for (const [key, value] of Object.entries(applied)) result[key] = applyPatch(result[key], value);
  return result;
}

const OPERATIONS_MAX = 10_000;

/** RFC 6902. */
export function jsonPatch(target: Json, operations: Json): Json {
  if (!Array.isArray(operations)) throw new ApiError('BadRequest', 'a JSON patch is an array of operations');
  if (operations.length > OPERATIONS_MAX) throw new ApiError('RequestEntityTooLarge', `more than ${OPERATIONS_MAX} operations`);
  return operations.reduce(applyOperation, target);
}

function applyOperation(target: Json, operation: Json): Json {
  if (!isObject(operation)) throw new ApiError('BadRequest', 'an operation of a JSON patch is an object');
  const { op, path, from, value } = operation;
  const at = pointer(path);
  switch (op) {
    case 'add':
      return edit(target, at, (parent, key) => insert(parent, key, value), value);
    case 'replace':
      read(target, at);
      return edit(target, at, (parent, key) => assign(parent, key, value), value);
    case 'remove':
      read(target, at);
      return edit(target, at, erase, undefined);
    case 'test':
      if (!equal(read(target, at), value)) throw new ApiError('Invalid', `the JSON patch's test of ${String(path)} failed`);
      return target;
    case 'copy':
      return applyOperation(target, { op: 'add', path, value: read(target, pointer(from)) });
    case 'move': {
      const moved = read(target, pointer(from));
      return applyOperation(applyOperation(target, { op: 'remove', path: from }), { op: 'add', path, value: moved });
    }
    default:
      throw new ApiError('BadRequest', `a JSON patch has no operation "${String(op)}"`);
  }
}

function pointer(path: Json): string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) {
    throw new ApiError('BadRequest', `"${String(path)}" is no JSON pointer`);
  }
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(target: Json, at: readonly string[]): Json {
  let value = target;
  for (const key of at) {
    const child = Array.isArray(value)
      ? (value[indexOf(value, key, value.length - 1)] as Json)
      : isObject(value)
        ? value[key]
        : undefined;
    if (child === undefined) throw new ApiError('Invalid', `the JSON patch names a path that is not there: /${at.join('/')}`);
    value = child;
  }
  return value;
}

type Edit = (parent: JsonObject | Json[], key: string) => void;

/** A copy of the way down to the place, changed there. */
function edit(target: Json, at: readonly string[], change: Edit, whole: Json): Json {
  const [key, ...rest] = at;
  if (key === undefined) return whole;
  const copy = Array.isArray(target) ? [...(target as Json[])] : isObject(target) ? { ...target } : null;
  if (copy === null) throw new ApiError('Invalid', `the JSON patch names a path that is not there: ${key}`);
  if (rest.length === 0) change(copy, key);
  else assign(copy, key, edit(read(copy, [key]), rest, change, whole));
  return copy;
}

function insert(parent: JsonObject | Json[], key: string, value: Json): void {
  if (Array.isArray(parent)) parent.splice(key === '-' ? parent.length : indexOf(parent, key, parent.length), 0, value);
  else parent[key] = value;
}

function assign(parent: JsonObject | Json[], key: string, value: Json): void {
  if (Array.isArray(parent)) parent[indexOf(parent, key, parent.length - 1)] = value;
  else parent[key] = value;
}

function erase(parent: JsonObject | Json[], key: string): void {
  if (Array.isArray(parent)) parent.splice(indexOf(parent, key, parent.length - 1), 1);
  else delete parent[key];
}

function indexOf(list: readonly Json[], key: string, max: number): number {
  const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : -1;
  if (index < 0 || index > max)
    throw new ApiError('Invalid', `the JSON patch names no element of a list of ${list.length}: ${key}`);
  return index;
}
