/**
 * What a commit may say of the agent's work that it records: which prompt it followed, which call made the changes.
 *
 * All of it is optional, and a commit has no details where nothing is known. Programs that know other details than these
 * pass over them.
 *
 * @module
 */

/**
 * - `prompt`: what was changed before the person said something
 * - `call`: what a tool call changed
 * - `before-call`: what was changed by nobody's call, found when one began
 * - `turn`: what was changed and is of no call, found when the agent had finished
 * - `deletion`: what there was when very much was being deleted; with a call's id if one was doing that
 * - `quiet`, `timer`: what there was when nothing had been changed for some time, or after some time
 */
export type CommitMoment =
  | "prompt"
  | "call"
  | "before-call"
  | "turn"
  | "deletion"
  | "quiet"
  | "timer";

export interface CommitDetails {
  readonly moment?: CommitMoment;
  /** The agent's session (thread), as it names it. */
  readonly session?: string;
  /** The person's prompt (turn) that it belongs to. */
  readonly prompt?: string;
  /** The beginning of what the person said. */
  readonly said?: string;
  /** The subagent that did it; none: the agent itself. */
  readonly subagent?: string;
  /** The subagent to which the call handed work. */
  readonly started?: string;
  readonly tool?: string;
  /** Id of the tool call. */
  readonly call?: string;
  /** The shell command, or the file that was edited. */
  readonly command?: string;
  /** How long the call took, ms. */
  readonly durationMs?: number;
  /** How the command ended, where the agent tells. */
  readonly exit?: number;
  /** Other calls that were under way at the same time. */
  readonly alongside?: readonly string[];
  /**
   * How it was told from what those changed: by the processes that did it and the files that the calls name, or only by time, so
   * that it may be theirs.
   */
  readonly by?: "processes" | "time";
  /** Where the agent keeps the conversation, and how long that was, bytes. */
  readonly transcript?: string;
  readonly transcriptBytes?: number;
}

const KEYS = [
  "moment",
  "session",
  "prompt",
  "said",
  "subagent",
  "started",
  "tool",
  "call",
  "command",
  "durationMs",
  "exit",
  "alongside",
  "by",
  "transcript",
  "transcriptBytes",
] as const satisfies readonly (keyof CommitDetails)[];

/** The same details always in the same order; those that this version does not know come last, as they are. */
export function canonicalDetails(details: CommitDetails): CommitDetails {
  const known = Object.fromEntries(
    KEYS.flatMap((key) => details[key] === undefined ? [] : [[key, details[key]]]),
  );
  return { ...known, ...details };
}
