/**
 * OpenCode's plug-in: it tells `.agentvfs/hook` of what happens, as other agents' hooks do, and says nothing where there is none.
 *
 * OpenCode has no hooks of the shell, so this is JavaScript that it loads itself. It speaks Claude Code's dialect. What the agent is to
 * hear comes after the result of a call. Where OpenCode has workspaces, a branch can be one.
 */
export const OPENCODE_PLUGIN =
  `// Written by agentvfs integrate, and taken away by it: records what is done in a mount of agentvfs.
import { closeSync, existsSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

const CHANGING = /^(bash|edit|write|patch|multiedit|task)$/;
const LONGEST = 65536;

function rootOf(directory) {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, ".agentvfs/hook"))) return at;
    if (at === dirname(at)) return null;
  }
}

/** What a file of .agentvfs answers to a line. */
function ask(root, name, line) {
  const path = join(root, ".agentvfs", name);
  if (process.platform === "darwin") {
    // What is read from an open file is what was written to it there.
    const own = name === "hook" ? path + "." + process.pid : path;
    writeFileSync(own, line + "\\n");
    return readFileSync(name === "hook" ? own + ".answer" : own, "utf8").trim();
  }
  const file = openSync(path, "r+");
  try {
    const sent = Buffer.from(line + "\\n");
    writeSync(file, sent);
    const answer = Buffer.alloc(LONGEST);
    return answer.subarray(0, readSync(file, answer)).toString().trim();
  } finally {
    closeSync(file);
  }
}

/** What the agent is to hear; empty: nothing. */
function tell(directory, event) {
  try {
    const root = rootOf(directory);
    if (root === null) return "";
    const told = ask(root, "hook", JSON.stringify({ agent: "opencode", cwd: directory, ...event }));
    return told === "" ? "" : JSON.parse(told).hookSpecificOutput?.additionalContext ?? "";
  } catch {
    // What cannot be told must not stop the agent.
    return "";
  }
}

/** Carries out a command of .agentvfs/ctl, in words. */
function command(root, words) {
  const answer = JSON.parse(ask(root, "ctl", words));
  if (!answer.ok) throw new Error([answer.message, answer.hint].filter(Boolean).join(". "));
  return answer;
}

/** A branch as a workspace. */
const workspaces = (root) => ({
  name: "agentvfs branch",
  description: "A whole copy of the tree, with ignored files, made at once; merged with agentvfs merge",
  configure(info) {
    const name = (info.branch ?? info.name ?? info.id).replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 64);
    return { ...info, name, branch: name, directory: join(root, ".agentvfs/branches", name) };
  },
  async create({ branch }) {
    command(root, "branch create " + branch);
  },
  async remove({ branch }) {
    command(root, "branch delete " + branch);
  },
  target({ directory }) {
    return { type: "local", directory };
  },
});

export const Agentvfs = ({ directory, experimental_workspace }) => {
  const root = rootOf(directory);
  if (root !== null) experimental_workspace?.register?.("agentvfs", workspaces(root));
  const call = (name, { tool, sessionID, callID }, input) => {
    if (!CHANGING.test(tool) && !tool.includes("_")) return "";
    return tell(directory, {
      session_id: sessionID,
      hook_event_name: name,
      tool_name: CHANGING.test(tool) ? tool[0].toUpperCase() + tool.slice(1) : tool,
      tool_input: { ...input, file_path: input.filePath },
      tool_use_id: callID,
    });
  };
  return Promise.resolve({
    "tool.execute.before": async (input, output) => void call("PreToolUse", input, output.args),
    "tool.execute.after": async (input, output) => {
      const told = call("PostToolUse", input, input.args ?? {});
      if (told !== "" && typeof output?.output === "string") output.output += "\\n\\n" + told;
    },
    "chat.message": async ({ sessionID }, { parts = [] } = {}) =>
      void tell(directory, {
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
