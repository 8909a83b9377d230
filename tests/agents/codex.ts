import { join } from "node:path";
import type { Bed, Script, Worked } from "./bed.ts";
import type { Way } from "./way.ts";

/** A call of one of our tools. */
export const call = (name: string, input: object) => ({ name, namespace: "mcp__agentvfs", input });

/** Runs `codex exec` in the mount, in its sandbox. Its hooks are trusted for this once. */
export function codex(bed: Bed, script: Script): Promise<Worked> {
  return codexWith(bed, { script });
}

/** The same, started by another command, as `agentvfs run --`. */
export function codexAfter(before: readonly string[], bed: Bed, script: Script): Promise<Worked> {
  return codexWith(bed, { script, before });
}

/** The same in any way. */
export function codexWith(bed: Bed, way: Way): Promise<Worked> {
  const {
    script,
    prompt = "fix the cart",
    before = [],
    args = [],
    resume,
    fork,
    sandbox = true,
    cwd,
  } = way;
  return bed.work(script, async (port) => {
    const path = join(bed.home, ".codex/config.toml");
    const text = await Deno.readTextFile(path);
    // An earlier turn had a model of its own.
    await Deno.writeTextFile(path, provider(port) + text.replace(PROVIDER, ""));
    const mode = sandbox ? "workspace-write" : "danger-full-access";
    const flags = ["--sandbox", mode, "--dangerously-bypass-hook-trust", ...args];
    const gone = fork === undefined ? [] : ["fork", fork];
    const what = [...resume ? ["resume", "--last"] : gone, prompt];
    return [[...before, "codex", "exec", ...flags, ...what], { SCRIPTED_KEY: "x" }];
  }, cwd);
}

const PROVIDER = /^# The model[^]*# End of the model\n/;

function provider(port: number): string {
  return `# The model
model = "gpt-5.5"
model_provider = "scripted"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
# End of the model
`;
}
