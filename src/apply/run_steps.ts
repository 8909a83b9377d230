/**
 * Carries steps out, in an order in which nothing is missing that another step needs: directories first, deletions last.
 *
 * @module
 */

import { failure, isFailure } from "../host/failure.ts";
import type { Stat } from "../host/files.ts";
import type { Progress, Work } from "../store/format/sliced.ts";
import { S_IFDIR } from "../store/trees/entry.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import type { ApplyContext } from "./apply_context.ts";
import { callFailed } from "./apply_error.ts";
import { cannotLink } from "./cannot_link.ts";
import { changeAttributes, changeDirectory, restoreParents } from "./change_attributes.ts";
import { draftNames } from "./draft_names.ts";
import { DraftBatch } from "./draft_batch.ts";
import { findState } from "./find_state.ts";
import {
  changedMeanwhile,
  hasContentOf,
  inodeOf,
  isAsRecorded,
  kindOf,
  lookAt,
} from "./inspect.ts";
import { DirectoryGone, LeftAlone, throwFailed } from "./left_alone.ts";
import { NOT_TAKEN, type Place, placeDraft, removeName } from "./replace_name.ts";
import { settleDrafts } from "./settle_drafts.ts";
import type { LinkGroup, LinkingStep, PlacingStep, Step, Steps, WritingStep } from "./steps.ts";
import { writeDraft } from "./write_draft.ts";

/** Takes what a killed apply left beside the names of `steps` away. */
export function* settleSteps(context: ApplyContext, steps: Steps): Work<void> {
  const { made, writes, links, deletions, writesOverDirectories, linksOverDirectories } = steps;
  const all = [made, writes, links, deletions, writesOverDirectories, linksOverDirectories].flat();
  const runner = new StepRunner(context);
  yield* runner.each("settling", all, (step) => runner.settle(step));
}

/** Throws {@linkcode ApplyError} where something stands in the way of more than one path. */
export function* runSteps(context: ApplyContext, steps: Steps): Work<void> {
  const runner = new StepRunner(context);
  for (const { path, reason } of steps.impossible) runner.leave(path, reason);
  yield* runner.each("writing", steps.made, (step) => runner.makeDirectory(step));
  yield* runner.write(steps.writes);
  yield* runner.each("linking", steps.links, (step) => runner.link(step));
  yield* runner.each("deleting", steps.deletions.toReversed(), (step) => runner.remove(step));
  yield* runner.write(steps.writesOverDirectories);
  yield* runner.each("linking", steps.linksOverDirectories, (step) => runner.link(step));
  // When no name is left that the inode is not to have any more: that one has to be as it was seen.
  yield* runner.each("writing", steps.attributes, (step) => runner.attributes(step));
  yield* runner.each("writing", steps.directories.toReversed(), (step) => runner.directory(step));
  if (context.isResumed) restoreParents(context, steps.parents);
  context.root.tighten();
  context.root.sync();
}

/** Of directories until all is in them. */
const MADE_MODE = 0o700;

class StepRunner {
  readonly #context: ApplyContext;
  /** Where the shared inode of a group is, once it is known; what it is. */
  readonly #placed = new Map<LinkGroup, { path: SourcePath; stat: Stat }>();
  /** Directories that we made, and have to finish. */
  readonly #made = new Set<SourcePath>();
  /** Directories with something in them that stays. */
  readonly #occupied = new Set<SourcePath>();

  constructor(context: ApplyContext) {
    this.#context = context;
  }

  *each<T extends Step>(
    phase: string,
    steps: readonly T[],
    run: (step: T) => Work<void>,
  ): Work<void> {
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      try {
        yield* run(step);
      } catch (error) {
        if (!(error instanceof LeftAlone)) throw error;
        const isDeleted = step.after === null && error instanceof DirectoryGone;
        if (!isDeleted) this.leave(step.path, error.message);
      }
      yield progress(phase, i + 1, steps.length);
    }
  }

  leave(path: SourcePath, reason: string): void {
    this.#context.report.leftAlone.push({ path: `${path}`, reason });
    for (let at = path.parent; at !== null && !this.#occupied.has(at); at = at.parent) {
      this.#occupied.add(at);
    }
  }

  *settle(step: Step): Work<void> {
    try {
      yield* settleDrafts(this.#context, this.#place(step), [step.before, step.after]);
    } catch (error) {
      if (!(error instanceof DirectoryGone)) throw error;
    }
  }

  *makeDirectory(step: PlacingStep): Work<void> {
    const { calls, report, isResumed } = this.#context;
    const place = this.#place(step);
    const { directory, path, names } = place;
    const found = yield* findState(this.#context, place, step, false);
    if (found.isDone) {
      // Of another process of ours, or somebody else's.
      const mode = found.stat!.mode & 0o777;
      if (isResumed && (mode === MADE_MODE || mode === (step.after.mode & 0o777))) {
        this.#made.add(path);
      }
      return;
    }
    const name = found.stat === null ? path.name : names.draft;
    const result = calls.mkdir(directory, name, MADE_MODE);
    if (isFailure(result, "EEXIST")) throw new LeftAlone("something else has this name now");
    if (isFailure(result, "EINVAL")) throw new LeftAlone(NOT_TAKEN);
    if (result < 0) throwFailed("make the directory", `${path}`, result);
    if (found.stat !== null) {
      const draft = lookAt(directory, names.draft);
      if (draft === null) throwFailed("make the directory", `${path}`, failure("ENOENT"));
      placeDraft(this.#context, place, draft, found.stat);
    }
    this.#made.add(path);
    report.written++;
  }

  /** In batches, so that making them durable costs little. */
  *write(steps: readonly WritingStep[]): Work<void> {
    const { report } = this.#context;
    const batch = new DraftBatch(this.#context, (step, stat) => {
      report.written++;
      this.#remember(step, stat);
    }, (step, reason) => this.leave(step.path, reason));
    try {
      yield* this.each("writing", steps, (step) => this.#draft(step, batch));
      yield* batch.flush();
    } finally {
      batch.abandon();
    }
  }

  *#draft(step: WritingStep, batch: DraftBatch): Work<void> {
    const place = this.#place(step);
    const found = yield* findState(this.#context, place, step, step.isApart);
    if (found.isDone) return this.#remember(step, found.stat!);
    const { directory, path, names } = place;
    const draft = yield* writeDraft(
      this.#context,
      directory,
      path,
      names,
      step.after,
      found.stat,
    );
    yield* batch.add(step, names, draft, found.stat);
  }

  #remember({ group, path }: WritingStep, stat: Stat): void {
    if (group !== null && !this.#placed.has(group)) this.#placed.set(group, { path, stat });
  }

  *link(step: LinkingStep): Work<void> {
    const { calls, root, report, touched } = this.#context;
    const source = yield* this.#source(step);
    if (source === null) return yield* this.write([step]);
    const place = this.#place(step);
    const { directory, path, names } = place;
    const now = lookAt(directory, path.name);
    if (now !== null && isSameInode(now, source.stat)) return;
    const found = yield* findState(this.#context, place, step, true);
    const from = root.directory(source.path.parent!);
    const result = calls.link(from, source.path.name, directory, names.draft);
    if (isFailure(result, "ENOENT")) changedMeanwhile();
    if (cannotLink(result)) {
      report.notKept.push({ path: `${path}`, reason: `it cannot share ${source.path}'s inode` });
      return yield* this.write([{ ...step, group: null }]);
    }
    if (result < 0) throw callFailed("link", `${path}`, result);
    const draft = lookAt(directory, names.draft);
    if (draft === null || !isSameInode(draft, source.stat)) {
      calls.unlink(directory, names.draft);
      changedMeanwhile();
    }
    touched.add(inodeOf(this.#context, draft));
    placeDraft(this.#context, place, draft, found.stat);
    report.written++;
  }

  /** A name that has the inode to be shared; null where none has it yet. */
  *#source({ group, after }: LinkingStep): Work<{ path: SourcePath; stat: Stat } | null> {
    const placed = this.#placed.get(group);
    if (placed !== undefined) return placed;
    for (const path of group.kept) {
      const directory = this.#openDirectory(path.parent!);
      const stat = directory === null ? null : lookAt(directory, path.name);
      if (directory === null || stat === null) continue;
      const isKept = isAsRecorded(this.#context, stat, group.before!) ||
        this.#context.isResumed &&
          (yield* hasContentOf(this.#context, directory, path.name, stat, after, false));
      if (!isKept) continue;
      this.#placed.set(group, { path, stat });
      return { path, stat };
    }
    return null;
  }

  /** Null where it is gone. */
  #openDirectory(path: SourcePath): number | null {
    try {
      return this.#context.root.directory(path);
    } catch (error) {
      if (error instanceof DirectoryGone) return null;
      throw error;
    }
  }

  *attributes(step: PlacingStep): Work<void> {
    yield* changeAttributes(this.#context, this.#place(step), step);
  }

  *remove(step: Step): Work<void> {
    const { calls, root, report } = this.#context;
    const place = this.#place(step);
    if (kindOf(step.before!) !== S_IFDIR) {
      const found = yield* findState(this.#context, place, step, false);
      if (!found.isDone && removeName(this.#context, place, found.stat!)) report.deleted++;
      return;
    }
    const { directory, path } = place;
    const now = lookAt(directory, path.name);
    if (now === null) return;
    if (kindOf(now) !== S_IFDIR) changedMeanwhile();
    root.forget(path);
    const result = calls.rmdir(directory, path.name);
    if (isFailure(result, "ENOENT")) return;
    if (isFailure(result, "ENOTDIR")) changedMeanwhile();
    if (isFailure(result, "ENOTEMPTY") || isFailure(result, "EEXIST")) {
      // What stays in it is named already, if we know it.
      if (this.#occupied.has(path)) return;
      throw new LeftAlone("something else is in it");
    }
    if (isFailure(result, "EBUSY")) throw new LeftAlone("something is mounted there");
    if (result < 0) throw callFailed("delete the directory", `${path}`, result);
    report.deleted++;
  }

  *directory(step: PlacingStep): Work<void> {
    const isMade = step.path === SourcePath.ROOT
      ? this.#context.isRootMade
      : this.#made.has(step.path);
    // Somebody else's directory stays what it is.
    if (step.before === null && !isMade) return;
    if (yield* changeDirectory(this.#context, step)) this.#context.report.written++;
  }

  #place({ path }: Step): Place {
    const { root, id } = this.#context;
    return { path, directory: root.changing(path.parent!), names: draftNames(id, path.name) };
  }
}

function isSameInode(a: Stat, b: Stat): boolean {
  return a.inoLow === b.inoLow && a.inoHigh === b.inoHigh && a.devMajor === b.devMajor &&
    a.devMinor === b.devMinor;
}

function progress(phase: string, done: number, total: number): Progress {
  return { phase, done, total, unit: "records" };
}
