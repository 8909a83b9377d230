/**
 * Bringing together two JSON values that were one.
 *
 * @module
 */

/**
 * What `ours` and `theirs` changed in `base`, key by key; where both did, differently, it is as in `ours`. `undefined` stands for
 * what is not there.
 */
export function mergeJson(base: unknown, ours: unknown, theirs: unknown): unknown {
  if (isSame(ours, theirs) || isSame(theirs, base)) return ours;
  if (isSame(ours, base)) return theirs;
  if (!isObject(ours) || !isObject(theirs)) return ours;
  const common = isObject(base) ? base : {};
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  const merged = [...keys].map((key) => {
    return [key, mergeJson(own(common, key), own(ours, key), own(theirs, key))] as const;
  });
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The order of keys does not matter. */
function isSame(a: unknown, b: unknown): boolean {
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, i) => isSame(value, b[i]));
  }
  return Object.is(a, b);
}
