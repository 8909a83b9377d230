/**
 * Drafts that are made durable together and then placed.
 *
 * @module
 */

import { close, type Stat } from "../host/files.ts";
import type { Work } from "../store/format/sliced.ts";
import type { ApplyContext } from "./apply_context.ts";
import { callFailed } from "./apply_error.ts";
import type { DraftNames } from "./draft_names.ts";
import { LeftAlone } from "./left_alone.ts";
import { placeDraft } from "./replace_name.ts";
import type { WritingStep } from "./steps.ts";
import { type Draft, finishDraft } from "./write_draft.ts";

/** Drafts at most, each of them open, */
const BATCH_FILES = 128;
/** and bytes: so much space is needed in passing. */
const BATCH_BYTES = 64 * 1024 * 1024;
/** More files than this are made durable with their whole file system. */
const SYNCED_ONE_BY_ONE = 16;

interface Member {
  readonly step: WritingStep;
  readonly names: DraftNames;
  readonly draft: Draft;
  /** What it replaces. */
  readonly seen: Stat | null;
}

export class DraftBatch {
  readonly #context: ApplyContext;
  readonly #onPlaced: (step: WritingStep, stat: Stat) => void;
  readonly #onLeft: (step: WritingStep, reason: string) => void;
  #members: Member[] = [];
  #bytes = 0;
  #placed = 0;

  constructor(
    context: ApplyContext,
    onPlaced: (step: WritingStep, stat: Stat) => void,
    onLeft: (step: WritingStep, reason: string) => void,
  ) {
    this.#context = context;
    this.#onPlaced = onPlaced;
    this.#onLeft = onLeft;
  }

  /** Takes the draft over. Places all it has, if that is enough. */
  *add(step: WritingStep, names: DraftNames, draft: Draft, seen: Stat | null): Work<void> {
    this.#members.push({ step, names, draft, seen });
    this.#bytes += draft.stat.size;
    if (this.#members.length >= BATCH_FILES || this.#bytes >= BATCH_BYTES) {
      yield* this.flush();
    }
  }

  /** Places all it has. */
  *flush(): Work<void> {
    this.#sync();
    this.#bytes = 0;
    for (let next = this.#members.shift(); next !== undefined; next = this.#members.shift()) {
      const { step, names, draft, seen } = next;
      try {
        const directory = this.#directory(next);
        finishDraft(this.#context, directory, step.path, names, draft);
        placeDraft(this.#context, { path: step.path, directory, names }, draft.stat, seen);
        this.#onPlaced(step, draft.stat);
      } catch (error) {
        if (!(error instanceof LeftAlone)) throw error;
        this.#onLeft(step, error.message);
      }
      const done = ++this.#placed;
      yield { phase: "placing", done, total: done + this.#members.length, unit: "records" };
    }
  }

  /** Takes the drafts away that were not placed, as something failed. */
  abandon(): void {
    for (const { step, names, draft } of this.#members.splice(0)) {
      if (draft.fd >= 0) close(draft.fd);
      try {
        const directory = this.#context.root.directory(step.path.parent!);
        this.#context.calls.unlink(directory, draft.fd >= 0 ? names.written : names.draft);
      } catch {
        // Whoever goes on finds it.
      }
    }
  }

  #directory({ step, draft }: Member): number {
    try {
      return this.#context.root.directory(step.path.parent!);
    } catch (error) {
      if (draft.fd >= 0) close(draft.fd);
      throw error;
    }
  }

  #sync(): void {
    const { calls } = this.#context;
    const files = this.#members.filter(({ draft }) => draft.fd >= 0);
    const byDevice = files.length > SYNCED_ONE_BY_ONE;
    const devices = new Set<string>();
    for (const { step, draft } of files) {
      const device = `${draft.stat.devMajor}:${draft.stat.devMinor}`;
      if (byDevice && devices.has(device)) continue;
      devices.add(device);
      const result = byDevice ? calls.syncfs(draft.fd) : calls.fsync(draft.fd);
      if (result < 0) throw callFailed("write", `${step.path}`, result);
    }
  }
}
