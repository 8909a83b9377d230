/**
 * What an agent tells of itself through its hooks, whichever agent it is.
 *
 * @module
 */

export type AgentName = "claude" | "codex" | "cursor" | "gemini" | "opencode" | "vscode";

/** Where the agent is in its work. */
export type Moment =
  | "session-start"
  | "prompt"
  | "call-start"
  | "call-end"
  | "calls-end"
  | "subagent-end"
  | "turn-end"
  | "session-end"
  | "other";

export interface AgentEvent {
  readonly agent: AgentName;
  /** As the agent calls it. */
  readonly name: string;
  readonly moment: Moment;
  /** The agent passes on what an answer to this event says. */
  readonly listens: boolean;
  readonly session: string | null;
  /** Of a session that begins: it goes on with a conversation, in which files may have been read. */
  readonly resumes: boolean;
  /** Id of the person's prompt. */
  readonly prompt: string | null;
  /** The beginning of what the person said. */
  readonly said: string | null;
  /** Id of the subagent that it is about. */
  readonly subagent: string | null;
  /** Where the conversation is kept. */
  readonly transcript: string | null;
  readonly tool: string | null;
  /** Id of the tool call. */
  readonly call: string | null;
  /** What the call does in one line: a command, or the file that it edits. */
  readonly command: string | null;
  /** Files that the call says it edits, absolute if the agent says where it stands. */
  readonly files: readonly string[];
  /** The call hands work to a subagent, whose own calls come meanwhile. */
  readonly delegates: boolean;
  readonly durationMs: number | null;
  readonly exit: number | null;
  /** The agent says that the call failed. */
  readonly failed: boolean;
  /** Id of the subagent to which the call handed work. */
  readonly started: string | null;
}

/** The JSON object that a hook gets. */
export type HookInput = Readonly<Record<string, unknown>>;
