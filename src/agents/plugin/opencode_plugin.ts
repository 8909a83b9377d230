/**
 * OpenCode's plug-in: it tells `.agentvfs/hook` of what happens, as other agents' hooks do, and says nothing where there is none.
 *
 * OpenCode has no hooks of the shell, so this is JavaScript that it loads itself. It speaks Claude Code's dialect.
 */
export const OPENCODE_PLUGIN =
  `// Written by agentvfs integrate, and taken away by it: records what is done in a mount of agentvfs.
import { closeSync, existsSync, openSync, readSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

const CHANGING = /^(bash|edit|write|patch|multiedit|task)$/;

function hookOf(directory) {
  for (let at = directory; ; at = dirname(at)) {
    const hook = join(at, ".agentvfs/hook");
    if (existsSync(hook)) return hook;
    if (at === dirname(at)) return null;
  }
}

function tell(directory, event) {
  try {
    const hook = hookOf(directory);
    if (hook === null) return;
    const file = openSync(hook, "r+");
    try {
      writeSync(file, JSON.stringify({ agent: "opencode", cwd: directory, ...event }) + "\\n");
      readSync(file, new Uint8Array(65536));
    } finally {
      closeSync(file);
    }
  } catch {
    // What cannot be told must not stop the agent.
  }
}

export const Agentvfs = ({ directory }) => {
  const call = (name, { tool, sessionID, callID }, input) => {
    if (!CHANGING.test(tool) && !tool.includes("_")) return;
    tell(directory, {
      session_id: sessionID,
      hook_event_name: name,
      tool_name: CHANGING.test(tool) ? tool[0].toUpperCase() + tool.slice(1) : tool,
      tool_input: { ...input, file_path: input.filePath },
      tool_use_id: callID,
    });
  };
  return Promise.resolve({
    "tool.execute.before": async (input, output) => call("PreToolUse", input, output.args),
    "tool.execute.after": async (input) => call("PostToolUse", input, input.args ?? {}),
    "chat.message": async ({ sessionID }, { parts = [] } = {}) =>
      tell(directory, {
        session_id: sessionID,
        hook_event_name: "UserPromptSubmit",
        prompt: parts.map(({ text }) => text ?? "").join("\\n"),
      }),
    event: async ({ event }) => {
      if (event?.type !== "session.idle") return;
      tell(directory, { session_id: event.properties?.sessionID, hook_event_name: "Stop" });
    },
  });
};
`;
