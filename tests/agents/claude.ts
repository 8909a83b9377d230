import type { Bed, Script, Worked } from "./bed.ts";

/** The name of a tool of ours, as the plug-in brings it. */
export const tool = (name: string) => `mcp__plugin_agentvfs_agentvfs__${name}`;

/** Runs `claude -p` in the mount; it may use the shell and all of our tools. */
export function claude(bed: Bed, script: Script, ...args: string[]): Promise<Worked> {
  return claudeAfter([], bed, script, ...args);
}

/** The same, started by another command, as `agentvfs run --`. */
export function claudeAfter(
  before: readonly string[],
  bed: Bed,
  script: Script,
  ...args: string[]
): Promise<Worked> {
  return bed.work(script, (port) => {
    const words = ["claude", "-p", "fix the cart", "--permission-mode", "acceptEdits", ...args];
    const allowed = ["--allowedTools", "Bash", "mcp__plugin_agentvfs_agentvfs"];
    return Promise.resolve([[...before, ...words, ...allowed], {
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
      ANTHROPIC_API_KEY: "sk-ant-test",
      ...QUIET,
    }]);
  });
}

/** Nothing is sent anywhere but to the model. */
export const QUIET = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_ERROR_REPORTING: "1",
};
