/**
 * Makes the npm package of the client: mod.ts as one file for Node and Bun, and its types.
 *
 * ```sh
 * deno run -A scripts/npm/client/build.ts DIR
 * ```
 *
 * @module
 */

import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "npm:typescript@5.9.3";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const [out] = Deno.args;
if (out === undefined) throw new Error("Say where the package is to be made: build.ts DIR");
const { version } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));

await Deno.mkdir(out, { recursive: true });
await program(join(out, "index.js"));
await types("mod.ts");
await Deno.copyFile(join(ROOT, "scripts/npm/client/system.js"), join(out, "system.js"));
await Deno.copyFile(join(ROOT, "scripts/npm/client/README.md"), join(out, "README.md"));
await Deno.copyFile(join(ROOT, "LICENSE"), join(out, "LICENSE"));
const manifest = {
  name: "@agentvfs/client",
  version,
  description:
    "Client of agentvfs for Node and Bun: checkpoints, branches, rollbacks and merges of what agents do",
  license: "Apache-2.0",
  type: "module",
  exports: { ".": { types: "./types/mod.d.ts", default: "./index.js" } },
  engines: { node: ">=20" },
  files: ["index.js", "system.js", "types"],
};
await Deno.writeTextFile(join(out, "package.json"), JSON.stringify(manifest, null, 2) + "\n");

/** Everything in one file, in words that Node 20 knows. */
async function program(path: string): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform=browser", "--outdir", directory, "mod.ts"],
      cwd: ROOT,
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const bundled = await Deno.readTextFile(join(directory, "mod.js"));
    const { outputText: code } = ts.transpileModule(bundled, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    const ours = `import { Deno } from "./system.js";\n`;
    await Deno.writeTextFile(path, ours + code);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The declarations of a module, and of those that they name. */
async function types(entry: string, done = new Set<string>()): Promise<void> {
  if (done.has(entry)) return;
  done.add(entry);
  const text = await Deno.readTextFile(join(ROOT, entry));
  const { outputText } = ts.transpileDeclaration(text, {
    fileName: entry,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  });
  const path = join(out!, "types", entry.replace(/\.ts$/, ".d.ts"));
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, outputText.replace(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
  for (const [, name] of outputText.matchAll(/from "(\.[^"]*\.ts)"/g)) {
    await types(relative(ROOT, join(ROOT, dirname(entry), name!)), done);
  }
}
