/**
 * The service's methods about the history of one branch.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import type {
  CheckpointReport,
  DiffReport,
  ExportPlace,
  LogReport,
  RollbackReport,
  ShowReport,
  TakenBack,
  UndoReport,
} from "../../control/service/history.ts";
import { ServiceError } from "../../control/service_error.ts";
import { type CommitInfo, encodeSnapshot } from "../../history/commits/commit.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { KnownWork } from "../agents/known_work.ts";
import type { Branch } from "../branches/branch.ts";
import { Merger } from "../branches/merger.ts";
import { type GuardedChange, type GuardOptions, guardSize } from "../branches/size_guard.ts";
import { undoChange } from "../branches/undo_change.ts";
import {
  changeReport,
  checkpointReport,
  elapsed,
  logEntry,
  nullIfEmpty,
  patchReport,
} from "../threads/reports.ts";
import { serviceError } from "../threads/service_errors.ts";
import { agentLog } from "./agent_log.ts";
import { eventCounts } from "./event_counts.ts";
import { movedReport, previewReport } from "./rollback_report.ts";
import { treePath } from "./tree_path.ts";

/** How methods get at branches. */
export interface BranchAccess {
  readonly background: BackgroundClient;
  /** Opens a branch (main by default), after the import. Throws `unknown_branch`. */
  branch(name?: string): Promise<Branch>;
  /** Runs a job while nothing else changes a branch. */
  turn<T>(what: string, job: () => Promise<T>): Promise<T>;
}

export interface HistoryParts extends BranchAccess {
  /** Takes an apply of the branch back from the project. */
  takeBackApply(branch: Branch, apply: CommitInfo, dryRun: boolean): Promise<TakenBack>;
  readonly work: KnownWork;
  /** Where the log of events is. */
  readonly eventLog: string;
}

export class HistoryMethods {
  constructor(readonly parts: HistoryParts) {}

  checkpoint(p: Params<"checkpoint">): Promise<CheckpointReport> {
    return this.#change("checkpoint", p, async (branch) => {
      const started = performance.now();
      const commit = await branch.save({
        label: p.label ?? "",
        message: p.message ?? "",
        kind: "checkpoint",
        agent: p.agent ?? null,
      });
      return checkpointReport(branch.name, commit!, started);
    });
  }

  rollback(p: Params<"rollback">): Promise<RollbackReport> {
    return this.#change("rollback", p, async (branch) => {
      const started = performance.now();
      const to = await this.#resolve(branch, p.ref);
      if (p.dryRun) {
        return await previewReport(this.parts.background, branch, to, to.snapshot, started);
      }
      await this.#guard(branch, { what: "roll back", to: to.snapshot }, p);
      return await movedReport(
        this.parts.background,
        branch,
        await branch.rollback(to, "rollback", p),
        started,
      );
    });
  }

  restore(p: Params<"restore">): Promise<RollbackReport> {
    return this.#change("restore", p, async (branch) => {
      const started = performance.now();
      const paths = p.paths.map(treePath);
      const from = await this.#resolve(branch, p.from);
      if (p.dryRun) {
        const into = await branch.snapshot();
        const graft = { into, from: from.snapshot, paths, nextInode: 0 };
        const { snapshot } = await this.parts.background.call("graft", graft);
        return await previewReport(this.parts.background, branch, from, snapshot, started);
      }
      await this.#guard(branch, { what: "restore", to: from.snapshot, paths }, p);
      const message = `restore ${p.paths.join(" ")} from ${p.from}`;
      return await movedReport(
        this.parts.background,
        branch,
        await branch.restore(paths, from, message, p),
        started,
      );
    });
  }

  undo(p: Params<"undo">): Promise<UndoReport> {
    const { ref, count, ...options } = p;
    if (ref === undefined) return this.#undoLast(p);
    if (count !== undefined) throw badParams("One thing is undone, or the last operations");
    return this.#change("undo", p, async (branch) => {
      const which = { branch: branch.name, ref: this.parts.work.wholeRef(branch.name, ref) };
      const change = await this.parts.background.call("change", which)
        .catch((error) => {
          const isPrompt = this.parts.work.stateBefore(branch.name, which.ref) !== null;
          if (isPrompt && isUnknown(error)) throw nothingChanged(which.ref.replace(":", " "));
          return fail(this.#withoutCheckpoint(branch, which.ref, error));
        });
      const [{ after }] = change.steps;
      if (after.kind === "apply") return await this.#takeBack(branch, after, p);
      return await undoChange(branch, change, options);
    });
  }

  /** Not held up for its size: it goes back where the branch was. */
  #undoLast(p: Params<"undo">): Promise<UndoReport> {
    const { count = 1, strategy, dryRun } = p;
    if (strategy !== undefined) throw badParams("A strategy is for the undo of one thing");
    return this.#change("undo", p, async (branch) => {
      const started = performance.now();
      const { background } = this.parts;
      const { commit, through, operations } = await background.call("undoTarget", {
        branch: branch.name,
        count,
      }).catch(fail);
      const apply = operations.find(({ kind }) => kind === "apply");
      if (apply !== undefined) {
        if (count > 1) throw oneByOne();
        const applied = await background.call("commitInfo", apply.to);
        return await this.#takeBack(branch, applied, p);
      }
      if (dryRun) {
        return await previewReport(this.parts.background, branch, commit, commit.snapshot, started);
      }
      return await movedReport(
        this.parts.background,
        branch,
        await branch.rollback(commit, "undo", { ...p, through }),
        started,
      );
    });
  }

  /** The branch stays where it is. */
  async #takeBack(
    branch: Branch,
    apply: CommitInfo,
    { ownOnly, dryRun = false }: Params<"undo">,
  ): Promise<UndoReport> {
    if (ownOnly) throw appliedOutside(branch.name);
    const started = performance.now();
    const project = await this.parts.takeBackApply(branch, apply, dryRun);
    const { id, label } = branch.head;
    return {
      id,
      label: nullIfEmpty(label),
      branch: branch.name,
      safety: null,
      changed: { added: 0, modified: 0, deleted: 0 },
      ms: elapsed(started),
      dryRun,
      project,
    };
  }

  redo(p: Params<"redo">): Promise<RollbackReport> {
    return this.#change("redo", p, async (branch) => {
      const started = performance.now();
      const { commit } = await this.parts.background.call("redoTarget", branch.name);
      return await movedReport(
        this.parts.background,
        branch,
        await branch.rollback(commit, "redo", p),
        started,
      );
    });
  }

  async log(p: Params<"log">): Promise<LogReport> {
    const branch = await this.parts.branch(p.branch);
    const { background, work } = this.parts;
    return await agentLog({ branch, background, work }, p).catch(fail);
  }

  async show(p: Params<"show">): Promise<ShowReport> {
    const branch = await this.parts.branch(p.branch);
    const { background } = this.parts;
    const commit = await this.#find("describe", branch, p.ref);
    const first = commit.parents[0];
    const parent = first === undefined
      ? null
      : await background.call("commitInfo", first).catch(() => LOST_PARENT);
    const before = await this.#beforeCall(branch, commit, p.ref) ?? parent?.snapshot ?? null;
    const { changes } = commit.kind === "import" || commit.compacted || parent?.compacted
      ? { changes: [] }
      : await background.call("diff", { from: before, to: commit.snapshot, patch: false })
        .catch(fail);
    const call = commit.details?.call;
    return {
      commit: { ...logEntry(commit, branch.head.id), tree: commit.snapshot.root.content ?? "" },
      changes: changes.map(changeReport),
      events: await eventCounts(this.parts.eventLog, {
        branch: branch.name,
        commit: commit.id,
        call: call?.startsWith(p.ref) ? call : null,
      }),
    };
  }

  /** Of a call that was recorded in several steps without others between them: what there was before the first. */
  async #beforeCall(
    branch: Branch,
    { details }: CommitInfo,
    ref: string,
  ): Promise<Snapshot | null> {
    if (!details?.call?.startsWith(ref)) return null;
    const which = { branch: branch.name, ref };
    const change = await this.parts.background.call("change", which).catch(() => null);
    return change?.steps.length === 1 ? change.steps[0].before.snapshot : null;
  }

  async diff(p: Params<"diff">): Promise<DiffReport> {
    const branch = await this.parts.branch(p.branch);
    if (p.project && p.from !== undefined) {
      throw badParams("The project is compared, or a checkpoint");
    }
    const from = p.project
      ? { id: "project", snapshot: await this.#projectNow() }
      : p.from === undefined
      ? branch.head
      : await this.#resolve(branch, p.from);
    const to = p.to === undefined
      ? await this.parts.turn("diff", () => branch.snapshot())
      : (await this.#resolve(branch, p.to)).snapshot;
    const { changes, patch } = await this.parts.background.call("diff", {
      from: from.snapshot,
      to,
      patch: p.patch ?? false,
      renames: p.renames ?? false,
      lines: p.lines ?? false,
      ...(p.to === undefined ? { working: branch.name } : {}),
      ...(p.paths === undefined || p.paths.length === 0 ? {} : { paths: p.paths.map(treePath) }),
    }).catch(fail);
    return {
      from: from.id,
      to: p.to ?? "working tree",
      changes: changes.map(changeReport),
      ...(p.patch ? patchReport(patch) : {}),
    };
  }

  async prepareExport(p: Params<"prepareExport">): Promise<ExportPlace> {
    const branch = await this.parts.branch(p.branch);
    const commit = p.ref === undefined ? null : await this.#resolve(branch, p.ref);
    const snapshot = commit?.snapshot ??
      await this.parts.turn("export", () => branch.snapshot());
    const head = branch.head.id;
    const base = p.base ? await this.#commonBase(branch, commit?.id ?? head) : null;
    return {
      branch: branch.name,
      id: commit?.id ?? null,
      head,
      ...(base === null ? {} : { base }),
      snapshot: encodeSnapshot(snapshot),
    };
  }

  async #projectNow(): Promise<Snapshot> {
    const look = () => this.parts.background.call("look", null);
    const { commit } = await this.parts.turn("look at the project", look);
    return commit.snapshot;
  }

  /** A commit that has what the branch, as it was at a commit, and the project have in common. */
  #commonBase({ name }: Branch, at: ObjectId): Promise<ObjectId> {
    const { background, turn } = this.parts;
    return turn("export", async () => {
      const base = await background.call("commonBase", { branch: name, at });
      if (base.commit !== null) return base.commit;
      const common = { branch: name, snapshot: base.snapshot, before: base, message: "" };
      return (await background.call("common", common)).id;
    });
  }

  /** The working tree as it was before a merge that is to be settled; what was done since becomes a checkpoint. */
  abortMerge(p: Params<"abortMerge">): Promise<RollbackReport> {
    return this.#change("merge --abort", p, async (branch) => {
      const started = performance.now();
      await new Merger(branch).checkInProgress();
      return await movedReport(
        this.parts.background,
        branch,
        await branch.rollback(branch.head, "rollback"),
        started,
      );
    });
  }

  /** The commit that `ref` means on main. */
  async resolve(ref: string): Promise<CommitInfo> {
    return await this.#resolve(await this.parts.branch(), ref);
  }

  /** Runs what changes the branch: one at a time. */
  async #change<T>(
    what: string,
    params: { branch?: string },
    job: (branch: Branch) => Promise<T>,
  ): Promise<T> {
    const branch = await this.parts.branch(params.branch);
    return await this.parts.turn(what, () => job(branch));
  }

  /** Refuses what would take away very much. */
  async #guard(
    branch: Branch,
    change: Omit<GuardedChange, "from">,
    options: GuardOptions,
  ): Promise<void> {
    if (options.forceLarge) return;
    const from = await branch.snapshot();
    await guardSize(this.parts.background, { ...change, from }, options);
  }

  #resolve(branch: Branch, ref: string): Promise<CommitInfo> {
    return this.#find("resolve", branch, ref);
  }

  #find(how: "resolve" | "describe", branch: Branch, ref: string): Promise<CommitInfo> {
    const known = this.parts.work.stateBefore(branch.name, ref) ?? ref;
    return this.parts.background.call(how, { branch: branch.name, ref: known })
      .catch((error) => fail(this.#withoutCheckpoint(branch, ref, error)));
  }

  /** Why there is no checkpoint of a call, if that is why none was found. */
  #withoutCheckpoint({ name }: Branch, ref: string, error: unknown): unknown {
    const call = isUnknown(error) ? this.parts.work.callWithout(name, ref) : null;
    if (call === null) return error;
    const { tool = "a call", command, call: id } = call.details;
    return nothingChanged(`call ${id} (${command === undefined ? tool : `${tool}: ${command}`})`);
  }
}

function appliedOutside(branch: string): ServiceError {
  return new ServiceError(
    "denied",
    `Not allowed from inside branch ${branch}: it would take an apply back from the project`,
    { hint: "Ask for it from outside; agentvfs rollback goes to any checkpoint of the branch" },
  );
}

function isUnknown(error: unknown): boolean {
  return (error as { code?: unknown }).code === "unknown_ref";
}

function nothingChanged(what: string): ServiceError {
  return new ServiceError(
    "nothing_changed",
    `There is no checkpoint of ${what}: it changed nothing`,
    {
      hint: "agentvfs log --tree shows what each call did",
    },
  );
}

function oneByOne(): ServiceError {
  return new ServiceError(
    "cannot_undo",
    "Cannot undo several operations with an apply among them",
    {
      hint: "An apply is taken back from the project: take them back one by one",
    },
  );
}

/** A parent so old that nothing is left of it. */
const LOST_PARENT = { compacted: true, snapshot: null } as const;

function badParams(message: string): ServiceError {
  return new ServiceError("bad_params", message, { exit: 2 });
}

function fail(error: unknown): never {
  throw serviceError(error);
}
