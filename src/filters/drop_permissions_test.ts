import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** Prints what the runtime refuses, and whether what was found in a library before can still be called. */
const SCRIPT = `
  import { dropPermissions } from ${JSON.stringify(import.meta.resolve("./drop_permissions.ts"))};
  import { createBell, hear, ring } from ${
  JSON.stringify(import.meta.resolve("../host/cell/bell.ts"))
};
  const bell = createBell();
  dropPermissions();
  const refused = [];
  const tries = {
    read: () => Deno.readTextFileSync("/"),
    write: () => Deno.writeTextFileSync("/none", ""),
    net: () => Deno.listen({ port: 0 }),
    env: () => Deno.env.get("HOME"),
    sys: () => Deno.hostname(),
    run: () => new Deno.Command("true").outputSync(),
    ffi: () => Deno.dlopen("libc.so.6", {}),
  };
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      attempt();
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) refused.push(name);
    }
  }
  ring(bell.rings);
  console.log(JSON.stringify({ refused, heard: hear(bell.hears) }));
`;

Deno.test("a process without permissions does nothing that reaches beyond it, and still hears its bell", async () => {
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `--config=${config}`, SCRIPT],
    stderr: "piped",
  }).output();
  const [said, wrong] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, wrong);
  assert.deepEqual(JSON.parse(said!), {
    refused: ["read", "write", "net", "env", "sys", "run", "ffi"],
    heard: true,
  });
});
