/**
 * `load_as.ts OS MODULE…`: loads modules as they are loaded on a system of that name (`Deno.build.os`). Prints, as JSON, the
 * libraries that were opened and the errors there were.
 *
 * @module
 */

const [os, ...modules] = Deno.args;
Object.defineProperty(Deno, "build", { value: { ...Deno.build, os } });
const seen = new Set<string>();
const errno = new Uint8Array(8);
// Whatever is called while modules are loaded asks where a thread has its last error.
const symbols = new Proxy({}, { get: () => () => Deno.UnsafePointer.of(errno) });
Object.defineProperty(Deno, "dlopen", {
  value: (name: string) => {
    seen.add(name);
    return { symbols };
  },
});
// As in a worker.
Object.assign(globalThis, { self: globalThis });
for (const module of modules) {
  await import(module).catch((error: Error) => seen.add(error.message));
}
console.log(JSON.stringify([...seen]));
