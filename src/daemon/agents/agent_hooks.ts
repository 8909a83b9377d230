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
import { innerPath, isWithin } from "../../host/mounts.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { Branch } from "../branches/branch.ts";
import type { SaveCommit } from "../threads/messages.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { CallUnderWay } from "./call_of_change.ts";
import type { CommitInfo } from "../../history/commits/commit.ts";
import { binaryString } from "../../../ffi/binary_string.ts";
import { AgentSessions } from "./agent_sessions.ts";
import type { MoveBehind, MovesBehind } from "./moves_behind.ts";
import type { Denial } from "../../policy/denial.ts";
import { ToldRefusals } from "./told_refusals.ts";
import { RecentMap } from "./recent_map.ts";
import { type OpenCall, OpenCalls } from "./open_calls.ts";
import { saveOwnChanges } from "./save_own_changes.ts";
import type { UnchangedWorktrees } from "./unchanged_worktrees.ts";
import type { WorkJournal, WorkRecord } from "./work_journal.ts";
import { Unrecorded } from "./unrecorded.ts";
import { changedBehind, greeting, notRecorded, refusedByRules } from "./words_to_agent.ts";

export interface AgentHooksParts {
  readonly background: BackgroundClient;
  readonly moves: MovesBehind;
  readonly journal: WorkJournal;
  readonly worktrees: UnchangedWorktrees;
  /** What rules refused lately, oldest first. */
  refused(): Promise<readonly Denial[]>;
  branch(name?: string): Promise<Branch>;
  turn<T>(what: string, job: () => Promise<T>): Promise<T>;
  /** Where a branch's tree is seen, the longest path first. */
  roots(branch: string): readonly string[];
  /** Whether what agents tell of becomes checkpoints. */
  records(): boolean;
  /** These calls are under way in a branch from now on. Resolves when all know who ask. */
  readonly onCalls: (branch: string, calls: readonly AgentEvent[]) => Promise<void>;
  /** Longest time that an agent waits, ms. */
  readonly deadlineMs: number;
}

/** Branches that are remembered. */
const MOST_BRANCHES = 256;

/** A checkpoint that is to be made if something was changed. */
interface Due {
  /** What it says, when it is made. */
  details(): CommitDetails;
  /** Whose work it is, if not that of who tells. */
  readonly event?: AgentEvent;
  /** Calls that are under way at once, the one that has ended first: only what is its own is recorded. */
  readonly underWay?: readonly OpenCall[];
  /** What is noted besides: `commit` was made, if any was, and `head` is what the branch stands on then. */
  note?(commit: ObjectId | null, head: ObjectId): Promise<WorkRecord>;
  done?(): void;
}

/** A call that is under way. */
export interface CallInBranch {
  readonly agent: string;
  readonly details: CommitDetails;
}

/** What was found out for an answer. */
interface Found {
  readonly branch: Branch;
  readonly moves: readonly MoveBehind[];
  readonly refused: readonly Denial[];
}

export class AgentHooks {
  readonly #calls = new RecentMap<string, OpenCalls>(MOST_BRANCHES);
  readonly #sessions: AgentSessions;
  readonly #refusals = new ToldRefusals();
  /** Branches in which it is seen who changes what. */
  readonly #witnessed = new Set<string>();
  readonly #unrecorded = new Unrecorded();

  constructor(readonly parts: AgentHooksParts) {
    this.#sessions = new AgentSessions(parts.journal, parts.moves.before);
  }

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
    const told = readEvent(hook as HookInput);
    if (told === null || told.moment === "other") return { text: "" };
    const event = this.#sessions.inPrompt(told);
    const found = await within(this.parts.deadlineMs, this.#follow(branch, event));
    this.parts.worktrees.heard(event);
    return { text: found === null ? "" : writeAnswer(event, this.#tell(event, found)) };
  }

  /** What is known of the call that is under way in a branch, if it is only one; else whether any is. */
  callIn(branch: string): CallInBranch | boolean {
    const calls = this.#calls.get(branch);
    const event = calls?.only ?? null;
    if (event === null) return calls !== undefined && !calls.isEmpty;
    const details = { ...detailsOf("call", event), ...callDetails(event, null, new Set()) };
    return { agent: event.agent, details };
  }

  /** Does what there is to do. Resolves with null if it cannot be done. */
  async #follow(name: string, event: AgentEvent): Promise<Found | null> {
    try {
      if (event.moment === "session-start") {
        this.#sessions.begin(name, event, this.parts.moves.last);
      }
      const branch = await this.parts.branch(name);
      const record = this.#advance(name, event);
      const calls = this.#callsIn(name);
      await this.parts.onCalls(name, calls.all);
      if (calls.areSeveral) await this.#witness(branch, true);
      if (record !== null) await this.#tryRecord(branch, event, record);
      if (calls.isEmpty) await this.#witness(branch, false);
      const { knows } = this.#sessions.of(name, event);
      const moves = await this.parts.moves.since(name, knows);
      return { branch, moves, refused: await this.parts.refused() };
    } catch (error) {
      console.log(`${event.name} of ${event.agent} was not recorded: ${(error as Error).message}`);
      return null;
    }
  }

  /** The agent goes on if it cannot be done, and hears of it: what it changed is in the next checkpoint that can be made. */
  async #tryRecord(branch: Branch, event: AgentEvent, record: Due): Promise<void> {
    try {
      await this.#record(branch, event, record);
      this.#unrecorded.recorded(branch.name);
    } catch (error) {
      const { message } = error as Error;
      console.log(`${event.name} of ${event.agent} was not recorded: ${message}`);
      this.#unrecorded.failed(branch.name, message);
    }
  }

  /** What is told now need not be told again. */
  #tell(event: AgentEvent, { branch, moves, refused }: Found): string[] {
    if (!event.listens) return [];
    const { isGreeted, knows } = this.#sessions.of(branch.name, event);
    const told = [
      isGreeted ? null : greeting(branch.name, branch.head),
      changedBehind(moves),
      notRecorded(this.#unrecorded.untold(branch.name, event.session)),
      refusedByRules(this.#refusals.untold(branch.name, event.session, refused)),
    ];
    this.#sessions.told(branch.name, event, Math.max(knows, ...moves.map(({ number }) => number)));
    return told.filter((words) => words !== null);
  }

  /** What a checkpoint of what was changed up to now would say; null: there is none to be made at this moment. */
  #advance(branch: string, event: AgentEvent): Due | null {
    const calls = this.#callsIn(branch);
    const about = (moment: CommitMoment): Due => ({ details: () => detailsOf(moment, event) });
    switch (event.moment) {
      case "prompt":
        if (event.subagent !== null) return about("before-call");
        this.#endCalls(branch, event, calls);
        return ofPrompt(branch, event);
      case "call-start": {
        const { only, isEmpty } = calls;
        if (!event.delegates) calls.begin(event);
        if (isEmpty) return about("before-call");
        // What the one has changed up to now is its own.
        return only === null || event.delegates ? null : ofBegun(only);
      }
      case "call-end":
        return ofCall(branch, event, calls);
      case "calls-end":
        return calls.isEmpty ? about("turn") : null;
      case "subagent-end":
      case "turn-end":
      case "session-end":
        this.#endCalls(branch, event, calls);
        return about("turn");
      default:
        return null;
    }
  }

  /** What has begun and not ended by now never will. */
  #endCalls(branch: string, { session, subagent }: AgentEvent, calls: OpenCalls): void {
    for (const { event, alongside } of calls.endAll(session, subagent)) {
      const details = { ...detailsOf("call", event), ...callDetails(event, null, alongside) };
      const { agent } = event;
      const call = {
        kind: "call",
        branch,
        time: Date.now(),
        agent,
        details,
        commit: null,
      } as const;
      this.parts.journal.append({ ...call, outcome: "unfinished" });
    }
  }

  /** While several calls are under way it is to be seen who changes what. */
  async #witness(branch: Branch, isWanted: boolean): Promise<void> {
    if (this.#witnessed.has(branch.name) === isWanted) return;
    if (isWanted) this.#witnessed.add(branch.name);
    else this.#witnessed.delete(branch.name);
    await branch.fs.callView(branch.view, "witness", isWanted);
  }

  async #record(branch: Branch, teller: AgentEvent, due: Due): Promise<void> {
    const { event = teller, details, note, done } = due;
    const commit = async (known: CommitDetails): Promise<SaveCommit> => ({
      label: "",
      message: "",
      kind: "checkpoint",
      agent: event.agent,
      details: { ...details(), ...known, ...await transcriptOf(event) },
    });
    try {
      const { made, head } = await this.parts.turn("checkpoint", async () => {
        const made = this.parts.records() ? await this.#save(branch, due, commit) : null;
        return { made, head: branch.head.id };
      });
      if (note !== undefined) this.parts.journal.append(await note(made?.id ?? null, head));
    } finally {
      done?.();
    }
  }

  async #save(
    branch: Branch,
    { underWay = [] }: Due,
    commit: (known: CommitDetails) => Promise<SaveCommit>,
  ): Promise<CommitInfo | null> {
    const [own, ...others] = underWay.map((call) => this.#underWay(branch.name, call));
    if (own === undefined) return await branch.saveIfChanged(() => commit({}));
    return await saveOwnChanges(branch, own.id, [own, ...others], (by) => commit({ by }));
  }

  #underWay(branch: string, { event, booted }: OpenCall): CallUnderWay {
    const { call, tool, command, files } = event;
    const roots = this.parts.roots(branch);
    const inTree = (file: string) => {
      const root = roots.find((root) => isWithin(file, root));
      const path = root === undefined ? "" : innerPath(file, root);
      return path === "" ? [] : [binaryString(path)];
    };
    return {
      id: call ?? `${tool} ${command}`,
      command: files.length > 0 ? null : command,
      files: files.flatMap(inTree),
      since: booted,
    };
  }

  #callsIn(branch: string): OpenCalls {
    const known = this.#calls.get(branch);
    if (known !== undefined) return known;
    const calls = new OpenCalls();
    this.#calls.set(branch, calls);
    return calls;
  }
}

/** The state before a prompt is known also where nothing was changed before it. */
function ofPrompt(branch: string, event: AgentEvent): Due {
  const details = () => detailsOf("prompt", event);
  return {
    details,
    note: async (_, head) => ({
      kind: "prompt",
      branch,
      time: Date.now(),
      agent: event.agent,
      details: { ...details(), ...await transcriptOf(event) },
      commit: head,
    }),
  };
}

/** What a call that goes on has changed up to now. */
function ofBegun(event: AgentEvent): Due {
  const details = () => ({
    ...detailsOf("call", event),
    ...callDetails(event, null, new Set()),
  });
  return { event, details };
}

function ofCall(branch: string, event: AgentEvent, calls: OpenCalls): Due {
  const closed = calls.end(event);
  const durationMs = event.durationMs ?? closed?.ms ?? null;
  const details = () => ({
    ...detailsOf("call", event),
    ...callDetails(event, durationMs, closed?.alongside ?? new Set()),
  });
  const outcome = event.failed || (event.exit ?? 0) !== 0 ? "failed" : "done";
  return {
    details,
    note: (commit) => {
      const { agent } = event;
      const call = { kind: "call", branch, time: Date.now(), agent, details: details() } as const;
      return Promise.resolve({ ...call, commit, outcome });
    },
    ...(closed === null ? {} : { done: closed.recorded, underWay: closed.underWay }),
  };
}

function callDetails(
  { tool, call, command, exit, started }: AgentEvent,
  durationMs: number | null,
  others: ReadonlySet<string>,
): CommitDetails {
  const alongside = others.size > 0 ? [...others] : null;
  return known({ tool, call, command, durationMs, exit, alongside, started });
}

function detailsOf(moment: CommitMoment, event: AgentEvent): CommitDetails {
  const { session, prompt, said, subagent } = event;
  return { moment, ...known({ session, prompt, said, subagent }) };
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
