/**
 * What the daemon does when an agent tells of itself: what was changed since becomes a checkpoint that says whose call it was,
 * and the agent hears what it should know.
 *
 * An agent waits for the answer. It is never kept waiting longer than {@linkcode AgentHooksParts.deadlineMs}: what takes longer
 * goes on without it, the answer is then empty, and what was to be told is told next time.
 *
 * @module
 */

import type { AgentEvent, HookInput } from "../../agents/agent_event.ts";
import { readEvent } from "../../agents/read_event.ts";
import { writeAnswer } from "../../agents/write_answer.ts";
import type { CommitDetails, CommitMoment } from "../../history/commits/commit_details.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { Branch } from "../branches/branch.ts";
import type { SaveCommit } from "../threads/messages.ts";
import type { MoveBehind, MovesBehind } from "./moves_behind.ts";
import { RecentMap } from "./recent_map.ts";
import { OpenCalls } from "./open_calls.ts";
import type { UnchangedWorktrees } from "./unchanged_worktrees.ts";
import { changedBehind, greeting } from "./words_to_agent.ts";

export interface AgentHooksParts {
  readonly background: BackgroundClient;
  readonly moves: MovesBehind;
  readonly worktrees: UnchangedWorktrees;
  branch(name?: string): Promise<Branch>;
  turn<T>(what: string, job: () => Promise<T>): Promise<T>;
  /** Longest time that an agent waits, ms. */
  readonly deadlineMs: number;
}

/** Branches and sessions that are remembered. */
const MOST_BRANCHES = 256;
const MOST_SESSIONS = 256;

/** What an agent's session was told already. */
interface Session {
  isGreeted: boolean;
  /** Number of the last move that it knows of. */
  knows: number;
}

/** A checkpoint that is to be made if something was changed. */
interface Due {
  /** What it says, when it is made. */
  details(): CommitDetails;
  done?(): void;
}

/** What was found out for an answer. */
interface Found {
  readonly branch: Branch;
  readonly moves: readonly MoveBehind[];
}

export class AgentHooks {
  readonly #calls = new RecentMap<string, OpenCalls>(MOST_BRANCHES);
  readonly #sessions = new RecentMap<string, Session>(MOST_SESSIONS);

  constructor(readonly parts: AgentHooksParts) {}

  /**
   * Answers a hook in a branch; null: its view was closed. Never rejects.
   *
   * @param json what the agent wrote; without a text in the answer it is not whole
   */
  async answer(branch: string | null, json: string): Promise<{ text?: string }> {
    let hook: unknown;
    try {
      hook = JSON.parse(json);
    } catch {
      return {};
    }
    if (typeof hook !== "object" || hook === null || branch === null) return { text: "" };
    const event = readEvent(hook as HookInput);
    if (event === null || event.moment === "other") return { text: "" };
    const found = await within(this.parts.deadlineMs, this.#follow(branch, event));
    this.parts.worktrees.heard(event);
    return { text: found === null ? "" : writeAnswer(event, this.#tell(event, found)) };
  }

  /** Does what there is to do. Resolves with null if it cannot be done. */
  async #follow(name: string, event: AgentEvent): Promise<Found | null> {
    try {
      if (event.moment === "session-start") this.#begin(name, event);
      const branch = await this.parts.branch(name);
      const record = this.#advance(name, event);
      if (record !== null) await this.#record(branch, event, record);
      const { knows } = this.#session(name, event);
      return { branch, moves: await this.parts.moves.since(name, knows) };
    } catch (error) {
      console.log(`${event.name} of ${event.agent} was not recorded: ${(error as Error).message}`);
      return null;
    }
  }

  /** What is told now need not be told again. */
  #tell(event: AgentEvent, { branch, moves }: Found): string[] {
    if (!event.listens) return [];
    const session = this.#session(branch.name, event);
    const told: (string | null)[] = [];
    if (!session.isGreeted) told.push(greeting(branch.name, branch.head));
    session.isGreeted = true;
    told.push(changedBehind(moves));
    session.knows = Math.max(session.knows, ...moves.map(({ number }) => number));
    return told.filter((words) => words !== null);
  }

  /** What a checkpoint of what was changed up to now would say; null: there is none to be made at this moment. */
  #advance(branch: string, event: AgentEvent): Due | null {
    const calls = this.#callsIn(branch);
    const about = (moment: CommitMoment): Due => ({ details: () => detailsOf(moment, event) });
    switch (event.moment) {
      case "prompt":
        return {
          details: () => ({ ...detailsOf("prompt", event), ...known({ said: event.said }) }),
        };
      case "call-start": {
        const nobodyWorks = calls.isEmpty;
        if (!event.delegates) calls.begin(event);
        return nobodyWorks ? about("before-call") : null;
      }
      case "call-end":
        return ofCall(event, calls);
      case "calls-end":
        return calls.isEmpty ? about("turn") : null;
      case "subagent-end":
      case "turn-end":
      case "session-end":
        calls.endAll(event.session, event.subagent);
        return about("turn");
      default:
        return null;
    }
  }

  async #record(branch: Branch, event: AgentEvent, { details, done }: Due): Promise<void> {
    const commit = async (): Promise<SaveCommit> => ({
      label: "",
      message: "",
      kind: "checkpoint",
      agent: event.agent,
      details: { ...details(), ...await transcriptOf(event) },
    });
    try {
      await this.parts.turn("checkpoint", () => branch.saveIfChanged(commit));
    } finally {
      done?.();
    }
  }

  #callsIn(branch: string): OpenCalls {
    const known = this.#calls.get(branch);
    if (known !== undefined) return known;
    const calls = new OpenCalls();
    this.#calls.set(branch, calls);
    return calls;
  }

  /** A session that begins knows nothing of the files yet, unless it goes on with a conversation. */
  #begin(branch: string, event: AgentEvent): void {
    const session = this.#session(branch, event);
    session.isGreeted = false;
    if (!event.resumes) session.knows = this.parts.moves.last;
  }

  /** One that nobody saw begin was greeted by a server before this one. */
  #session(branch: string, { session }: AgentEvent): Session {
    const key = `${branch}\0${session}`;
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const met: Session = { isGreeted: true, knows: 0 };
    this.#sessions.set(key, met);
    return met;
  }
}

function ofCall(event: AgentEvent, calls: OpenCalls): Due {
  const { tool, call, command, exit } = event;
  const closed = calls.end(event);
  const durationMs = event.durationMs ?? closed?.ms ?? null;
  return {
    details: () => {
      const others = [...closed?.alongside ?? []];
      const alongside = others.length > 0 ? others : null;
      return {
        ...detailsOf("call", event),
        ...known({ tool, call, command, durationMs, exit, alongside }),
      };
    },
    ...(closed === null ? {} : { done: closed.recorded }),
  };
}

function detailsOf(moment: CommitMoment, { session, prompt, subagent }: AgentEvent): CommitDetails {
  return { moment, ...known({ session, prompt, subagent }) };
}

/** How long the conversation is now: so an agent can go back to that point of it. */
async function transcriptOf({ transcript }: AgentEvent): Promise<CommitDetails> {
  if (transcript === null) return {};
  const { size } = await Deno.stat(transcript).catch(() => ({ size: null }));
  return known({ transcript, transcriptBytes: size });
}

/** What is not null. */
function known<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** Null if it is not done in time; it goes on. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => timer = setTimeout(() => resolve(null), ms));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
