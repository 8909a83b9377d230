/**
 * The service's methods that show the history of a branch: they change nothing in it.
 *
 * @module
 */

import type { Params } from "../../../control/methods.ts";
import type {
  DiffReport,
  ExportPlace,
  LogReport,
  ShowReport,
} from "../../../control/service/history.ts";
import { ServiceError } from "../../../control/service_error.ts";
import { type CommitInfo, encodeSnapshot } from "../../../history/commits/commit.ts";
import type { ObjectId } from "../../../store/format/object_id.ts";
import type { Snapshot } from "../../../store/trees/entry.ts";
import type { KnownWork } from "../../agents/known_work.ts";
import type { Branch } from "../../branches/branch.ts";
import { changeReport, logEntry, patchReport } from "../../threads/reports.ts";
import { serviceError } from "../../threads/service_errors.ts";
import { agentLog } from "./agent_log.ts";
import { eventCounts } from "./event_counts.ts";
import { treePath } from "../tree_path.ts";
import type { BranchAccess } from "../branch_access.ts";
import type { CommitFinder } from "./commit_finder.ts";

export interface HistoryViewParts extends BranchAccess {
  readonly work: KnownWork;
  readonly commits: CommitFinder;
  /** Where the log of events is. */
  readonly eventLog: string;
}

export class HistoryViewMethods {
  constructor(readonly parts: HistoryViewParts) {}

  async log(p: Params<"log">): Promise<LogReport> {
    const branch = await this.parts.branch(p.branch);
    const { background, work } = this.parts;
    return await agentLog({ branch, background, work }, p).catch(fail);
  }

  async show(p: Params<"show">): Promise<ShowReport> {
    const branch = await this.parts.branch(p.branch);
    const { background } = this.parts;
    const commit = await this.parts.commits.describe(branch, p.ref);
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
      : await this.parts.commits.resolve(branch, p.from);
    const to = p.to === undefined
      ? await this.parts.turn("diff", () => branch.snapshot())
      : (await this.parts.commits.resolve(branch, p.to)).snapshot;
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
    const commit = p.ref === undefined ? null : await this.parts.commits.resolve(branch, p.ref);
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
}

/** A parent so old that nothing is left of it. */
const LOST_PARENT = { compacted: true, snapshot: null } as const;

function badParams(message: string): ServiceError {
  return new ServiceError("bad_params", message, { exit: 2 });
}

function fail(error: unknown): never {
  throw serviceError(error);
}
