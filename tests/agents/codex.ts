import { join } from "node:path";
import type { Bed, Script, Worked } from "./bed.ts";

/** A call of one of our tools. */
export const call = (name: string, input: object) => ({ name, namespace: "mcp__agentvfs", input });

/** Runs `codex exec` in the mount, in its sandbox. Its hooks are trusted for this once. */
export function codex(bed: Bed, script: Script): Promise<Worked> {
  return codexAfter([], bed, script);
}

/** The same, started by another command, as `agentvfs run --`. */
export function codexAfter(before: readonly string[], bed: Bed, script: Script): Promise<Worked> {
  return bed.work(script, async (port) => {
    const path = join(bed.home, ".codex/config.toml");
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, provider(port) + text);
    const flags = ["--sandbox", "workspace-write", "--dangerously-bypass-hook-trust"];
    return [[...before, "codex", "exec", ...flags, "fix the cart"], { SCRIPTED_KEY: "x" }];
  });
}

function provider(port: number): string {
  return `model = "gpt-5.5"
model_provider = "scripted"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
`;
}
