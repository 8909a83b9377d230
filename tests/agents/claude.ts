import type { Bed, Script, Worked } from "./bed.ts";
import type { Way } from "./way.ts";

/** The name of a tool of ours, as the plug-in brings it. */
export const tool = (name: string) => `mcp__plugin_agentvfs_agentvfs__${name}`;

/** Runs `claude -p` in the mount; it may use the shell and all of our tools. */
export function claude(bed: Bed, script: Script, ...args: string[]): Promise<Worked> {
  return claudeWith(bed, { script, args });
}

/** The same, started by another command, as `agentvfs run --`. */
export function claudeAfter(
  before: readonly string[],
  bed: Bed,
  script: Script,
): Promise<Worked> {
  return claudeWith(bed, { script, before });
}

/** The same in any way. */
export function claudeWith(bed: Bed, way: Way): Promise<Worked> {
  const { script, prompt = "fix the cart", before = [], args = [], resume, cwd } = way;
  return bed.work(script, (port) => {
    const on = resume ? ["--continue"] : [];
    const words = ["claude", "-p", prompt, ...on, "--permission-mode", "acceptEdits", ...args];
    const allowed = ["--allowedTools", "Bash", "mcp__plugin_agentvfs_agentvfs"];
    return Promise.resolve([[...before, ...words, ...allowed], {
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
      ANTHROPIC_API_KEY: "sk-ant-test",
      ...QUIET,
    }]);
  }, cwd);
}

/** Nothing is sent anywhere but to the model. */
export const QUIET = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_ERROR_REPORTING: "1",
};
