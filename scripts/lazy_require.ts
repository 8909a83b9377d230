/**
 * A bundle begins with a `require` of its own, made by `node:module`: 0.8 ms of every start, for the few packages that call it.
 *
 * @module
 */

const MADE = /import\s*\{\s*createRequire as (\w+)\s*\}\s*from\s*"node:module";/g;

/** The same bundle, with a `require` that is made when it is called. */
export function lazyRequire(text: string): string {
  let found = text;
  for (const [statement, name] of text.matchAll(MADE)) {
    const made = `${name}(import.meta.url)`;
    if (found.split(made).length !== 2) {
      throw new Error(`The bundle makes its require otherwise: ${statement}`);
    }
    found = found.replace(statement, "").replace(
      made,
      `name=>process.getBuiltinModule("node:module").createRequire(import.meta.url)(name)`,
    );
  }
  return found;
}
