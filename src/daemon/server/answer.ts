/**
 * What the daemon answers to those who ask it through the mount.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { runLine } from "../../control/run_line.ts";
import type { Service } from "../../control/service.ts";
import { branchService } from "../../control/branch_service.ts";
import type { Answer, Question } from "../../mount/virtual/question.ts";
import { MAIN_VIEW } from "../../mount/views.ts";
import { MAIN } from "../branches/branches.ts";
import type { Daemon } from "./daemon.ts";

/** Far longer than it takes. */
const FORGET_DEADLINE_MS = 1_000;

export async function answer(daemon: Daemon, question: Question): Promise<Answer> {
  switch (question.about) {
    case "status": {
      const status = await serviceOf(daemon, question.view).status({});
      return { text: JSON.stringify(status, null, 2) };
    }
    case "command": {
      const { view, line, caller } = question;
      const text = await runLine(serviceOf(daemon, view, [caller]), line);
      if (question.cached !== null) await forgetPages(daemon, question.cached);
      return { text };
    }
    case "event": {
      const { view, text } = question;
      // The main branch is there before the import is over, which the hook waits for.
      return await daemon.hooks.answer(view === MAIN_VIEW ? MAIN : daemon.branchOfView(view), text);
    }
    case "branch":
      return await branchAnswer(daemon, question);
    case "children":
      return { names: await daemon.childrenOfView(question.view) };
    case "checkpoint":
      return { view: await found(daemon.checkpointView(question.ref)) };
    case "checkpoints":
      return { names: (await daemon.checkpointNames()).map(binaryString) };
  }
}

/** Who asks in the view of a branch speaks of that branch, and of no other. */
function serviceOf(daemon: Daemon, view: number, callers: readonly number[] = []): Service {
  const service = daemon.serviceFor(callers);
  if (view === MAIN_VIEW) return daemon.telling(service);
  return daemon.telling(branchService(service, daemon.branchOfView(view) ?? ""));
}

/** Who looks from inside a branch finds those that were made from it. */
async function branchAnswer(
  daemon: Daemon,
  { name, view }: Question & { about: "branch" },
): Promise<Answer> {
  const children = view === MAIN_VIEW ? [name] : await daemon.childrenOfView(view);
  if (children.includes(name)) return { view: await found(daemon.branchView(name)) };
  return { view: null, isPrefix: children.some((child) => child.startsWith(`${name}/`)) };
}

/**
 * Makes the kernel forget what it keeps of a file that is being written to. Should it have given up the page that is written
 * to by itself, it waits for the end of the write, and so must not be waited for.
 */
async function forgetPages(daemon: Daemon, node: number): Promise<void> {
  const done = daemon.parts.background.call("notify", {
    parents: [],
    names: [],
    removed: [],
    data: [node],
    attributes: [],
  }).catch(() => {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => timer = setTimeout(resolve, FORGET_DEADLINE_MS));
  await Promise.race([done, late]);
  clearTimeout(timer);
}

/** Codes of what there is not: the kernel is told that there is no such name. */
const NOT_THERE: ReadonlySet<unknown> = new Set([
  "unknown_branch",
  "unknown_ref",
  "ambiguous_ref",
  "compacted",
  "import_failed",
]);

/** Null for what there is not. */
async function found(view: Promise<number>): Promise<number | null> {
  try {
    return await view;
  } catch (error) {
    if (NOT_THERE.has((error as { code?: unknown }).code)) return null;
    throw error;
  }
}
