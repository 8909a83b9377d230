/**
 * The checkpoints of a branch as commits of the project's own repository.
 *
 * They go to a branch of that repository. Its working tree, its index and HEAD are not touched: git's own plumbing makes the
 * objects, and one transaction moves the ref. The same checkpoint becomes the same commit wherever it is exported.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { CommitInfo } from "../../history/commits/commit.ts";
import type { ReadHistory } from "../../history/read_history.ts";
import { checkpointLine } from "../checkpoint_line.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { ExportError } from "../export_error.ts";
import { baseCommit } from "./base_commit.ts";
import { agentIdentity, CHECKPOINT_TRAILER, commitMessage } from "./commit_message.ts";
import { BEGIN, commitStream, DONE } from "./fast_import.ts";
import { gitFailed } from "./git.ts";
import { readGitTree } from "./git_tree.ts";
import { ProjectTree } from "./project_tree.ts";
import { projectRepository, snapshotWithin } from "./project_repository.ts";
import { type Repository, userIdentity } from "./repository.ts";

export interface GitExportRequest {
  readonly history: ReadHistory;
  readonly branch: string;
  /** The last checkpoint that is exported. */
  readonly commit: CommitInfo;
  /** Directory of the project. */
  readonly project: string;
  /** Of the branch in the repository; default: `agentvfs/BRANCH`. */
  readonly name?: string | undefined;
  /** Directory of the project with the repository that is meant, where there are several. */
  readonly directory?: string | undefined;
}

export interface GitExportReport {
  /** Branch of the repository. */
  readonly name: string;
  /** What it is at now. */
  readonly commit: string;
  /** The commit before the first that was made of a checkpoint; null if that has none. */
  readonly base: string | null;
  /** Commits that were made now. */
  readonly made: number;
  /** Where the branch was, if that is no ancestor of where it is: after a rollback. */
  readonly left: string | null;
}

/** What is exported: everything after `start`. */
interface Plan {
  readonly start: { readonly commit: string | null; readonly snapshot: Snapshot | null };
  readonly checkpoints: readonly CommitInfo[];
}

/** Exports what is not there yet. Throws {@linkcode ExportError}. */
export async function exportToGit(request: GitExportRequest): Promise<GitExportReport> {
  const { history: { store }, project } = request;
  const { repository, root } = await projectRepository(
    store,
    request.commit.snapshot,
    project,
    request.directory,
  );
  const name = request.name ?? `agentvfs/${request.branch}`;
  const ref = `refs/heads/${name}`;
  const tip = await checkBranch(repository, name, ref);
  const line = checkpointLine(request.history, request.commit).map((commit) => ({
    ...commit,
    snapshot: commit.compacted ? commit.snapshot : snapshotWithin(store, commit.snapshot, root),
  }));
  const base = await baseCommit(repository, store, line.at(-1)!);
  const known = tip === null ? new Map() : await knownCheckpoints(repository, ref, base);
  if (tip !== null && tip !== base && ![...known.values()].includes(tip)) throw foreign(name);
  const plan = planOf(line, known, base);
  const temporary = `refs/agentvfs/export-${Deno.pid}`;
  const made = await importCommits(request, repository, plan, temporary);
  const commit = made.tip ?? plan.start.commit;
  if (commit === null || commit === base && tip === null) throw nothing(request);
  await moveRef(repository, { ref, from: tip, to: commit, temporary, isMade: made.tip !== null });
  const isLeft = tip !== null && !await isAncestor(repository, tip, commit);
  return { name, commit, base, made: made.count, left: isLeft ? tip : null };
}

/** Where the branch is; null if there is none. Throws if it must not be moved. */
async function checkBranch(
  { git }: Repository,
  name: string,
  ref: string,
): Promise<string | null> {
  if (await git.ask("check-ref-format", "--branch", name) === null) {
    throw new ExportError("bad_name", 2, `${JSON.stringify(name)} cannot be a branch of git`, {
      hint: "Name another: --git=NAME",
    });
  }
  // The pattern is a prefix, too: of `agentvfs` and `agentvfs/main` only one can be.
  const places = await git.succeed(["for-each-ref", "--format=%(refname) %(worktreepath)", ref]);
  const place = places.split("\n").find((line) => line.startsWith(`${binaryString(ref)} `))
    ?.slice(binaryString(ref).length + 1);
  if (place !== undefined && place !== "") {
    throw new ExportError("checked_out", 1, `Branch ${name} is checked out in ${place}`, {
      hint: "Switch to another there, or export to another: --git=NAME",
    });
  }
  return await git.ask("rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
}

/** Checkpoints that the branch has already, and their commits. */
async function knownCheckpoints(
  { git }: Repository,
  ref: string,
  base: string | null,
): Promise<Map<string, string>> {
  const format = `--format=%H %(trailers:key=${CHECKPOINT_TRAILER},valueonly,separator=%x20)`;
  const without = base === null ? [] : [`^${base}`];
  const lines = await git.succeed(["log", "--first-parent", format, ref, ...without, "--"]);
  const known = new Map<string, string>();
  for (const line of lines.split("\n")) {
    const [commit, checkpoint] = line.trim().split(" ");
    if (checkpoint !== undefined && !known.has(checkpoint)) known.set(checkpoint, commit!);
  }
  return known;
}

function planOf(
  line: readonly CommitInfo[],
  known: ReadonlyMap<string, string>,
  base: string | null,
): Plan {
  const at = line.findIndex(({ id }) => known.has(id));
  const after = (at < 0 ? line : line.slice(0, at)).toReversed();
  // What was only kept for safety is in the next one, too.
  const checkpoints = after.filter(({ kind, compacted, id }) =>
    !compacted && (kind !== "safety" || id === line[0]!.id)
  );
  if (at < 0) return { start: { commit: base, snapshot: null }, checkpoints };
  const { id, snapshot, compacted } = line[at]!;
  const start = { commit: known.get(id)!, snapshot: compacted ? null : snapshot };
  return { start, checkpoints };
}

/** Makes the commits, which are at `temporary` then. */
async function importCommits(
  { history: { store } }: GitExportRequest,
  repository: Repository,
  { start, checkpoints }: Plan,
  temporary: string,
): Promise<{ count: number; tip: string | null }> {
  if (checkpoints.length === 0) return { count: 0, tip: null };
  const { git, prefix } = repository;
  const committer = await userIdentity(repository);
  using tree = new ProjectTree(store, repository, await readGitTree(repository, start.commit));
  if (start.snapshot !== null) tree.begin(start.snapshot);
  let count = 0;
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    yield BEGIN;
    let before = start.snapshot;
    for (const checkpoint of checkpoints) {
      const changes = await tree.advance(before, checkpoint.snapshot);
      before = checkpoint.snapshot;
      // A project that was as its HEAD says has nothing that HEAD does not.
      const isHead = checkpoint.kind === "import" && changes.length === 0 && start.commit !== null;
      if (isHead) continue;
      const agent = agentIdentity(checkpoint);
      const commit = {
        ref: temporary,
        author: agent === null ? committer : binaryString(agent),
        committer,
        time: checkpoint.time,
        message: commitMessage(checkpoint),
        parent: count === 0 ? start.commit : null,
      };
      count++;
      yield* commitStream(store, commit, changes, prefix);
    }
    yield DONE;
  };
  const command = ["fast-import", "--quiet", "--force"];
  const { code, err } = await git.run(command, stream());
  if (code !== 0) throw gitFailed(command, err);
  if (count === 0) return { count, tip: null };
  const tip = await git.succeed(["rev-parse", "--verify", temporary]);
  return { count, tip: tip.trim() };
}

/** The branch and the temporary ref in one step: whoever moved the branch meanwhile keeps it. */
async function moveRef(
  { git }: Repository,
  { ref, from, to, temporary, isMade }: {
    readonly ref: string;
    readonly from: string | null;
    readonly to: string;
    readonly temporary: string;
    readonly isMade: boolean;
  },
): Promise<void> {
  const zero = "0".repeat(to.length);
  const lines = [
    ...(from === to ? [] : [`update ${ref}\0${to}\0${from ?? zero}\0`]),
    ...(isMade ? [`delete ${temporary}\0${to}\0`] : []),
  ];
  if (lines.length === 0) return;
  const command = ["update-ref", "-m", "agentvfs export", "--create-reflog", "--stdin", "-z"];
  const input = new TextEncoder().encode(lines.join(""));
  const { code, err } = await git.run(command, [input]);
  if (code === 0) return;
  if (isMade) await git.run(["update-ref", "-d", temporary]);
  throw gitFailed(["update-ref"], err);
}

async function isAncestor({ git }: Repository, commit: string, of: string): Promise<boolean> {
  return (await git.run(["merge-base", "--is-ancestor", commit, of])).code === 0;
}

function foreign(name: string): ExportError {
  return new ExportError(
    "foreign_commits",
    1,
    `Branch ${name} has commits that are no checkpoints`,
    {
      hint: "They stay as they are: export to another branch: --git=NAME",
    },
  );
}

function nothing({ branch }: GitExportRequest): ExportError {
  return new ExportError(
    "nothing_to_export",
    1,
    `Branch ${branch} has no checkpoint of its own yet`,
    {
      hint: `Make one: agentvfs checkpoint LABEL`,
    },
  );
}
