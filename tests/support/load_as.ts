/**
 * `load_as.ts OS MODULE…`: loads modules as they are loaded on a system of that name (`Deno.build.os`). Prints, as JSON, the
 * libraries that were opened and the errors there were.
 *
 * @module
 */

const [os, ...modules] = Deno.args;
Object.defineProperty(Deno, "build", { value: { ...Deno.build, os } });
const seen: string[] = [];
Object.defineProperty(Deno, "dlopen", {
  value: (name: string) => {
    seen.push(name);
    throw new Error(`${name} is opened`);
  },
});
// As in a worker.
Object.assign(globalThis, { self: globalThis });
for (const module of modules) {
  await import(module).catch((error: Error) => seen.push(error.message));
}
console.log(JSON.stringify(seen));
