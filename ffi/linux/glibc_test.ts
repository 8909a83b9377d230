/** What is bound of the C library has to be in version 2.28 of it, the oldest that agentvfs runs with. */

import assert from "node:assert/strict";

const OLDEST = 28;

/** Binds all of this folder, and notes which functions that takes. Twice the same binding is as good as once. */
async function bound(): Promise<Set<string>> {
  const names = new Set<string>();
  const { dlopen } = Deno;
  Deno.dlopen = ((library: string, symbols: Deno.ForeignLibraryInterface) => {
    for (const [key, symbol] of Object.entries(symbols)) {
      if (library === "libc.so.6" && symbol.optional !== true) names.add(symbol.name ?? key);
    }
    return dlopen(library, symbols);
  }) as typeof dlopen;
  try {
    for (const file of sources(new URL(".", import.meta.url))) {
      // With a question mark it is another module, which is evaluated here.
      await import(`${file.href}?bound`);
    }
  } finally {
    Deno.dlopen = dlopen;
  }
  return names;
}

function* sources(directory: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, directory));
    else if (/(?<!_test)\.ts$/.test(name)) yield new URL(name, directory);
  }
}

/** The version of the C library that brought each of its functions. */
async function versions(): Promise<Map<string, number>> {
  const maps = await Deno.readTextFile("/proc/self/maps");
  const library = /\s(\/\S*\/libc\.so\.6|\/\S*\/libc-[\d.]+\.so)$/m.exec(maps)![1]!;
  const { stdout } = await new Deno.Command("objdump", { args: ["-T", library] }).output();
  const found = new Map<string, number>();
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    const [, minor, name] = /\(?GLIBC_2\.(\d+)[\d.]*\)?\s+(\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    // Where a function has more than one version, the oldest is what an older library has.
    found.set(name, Math.min(Number(minor), found.get(name) ?? Infinity));
  }
  return found;
}

Deno.test({
  name: "all that is bound of the C library is in glibc 2.28",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const known = await versions();
    const names = await bound();
    assert.ok(names.size > 50 && names.has("statx") && names.has("syscall"), [...names].join(" "));
    const newer = [...names].filter((name) => (known.get(name) ?? Infinity) > OLDEST);
    assert.deepEqual(newer, []);
  },
});
