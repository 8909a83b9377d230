/**
 * The project as it is on the disk now.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import type { ProjectMoved } from "../../control/service/project.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { Interrupted } from "../background/apply_job.ts";
import type { ApplyPlan } from "../background/plan_apply.ts";
import type { SeenProject } from "../background/project_jobs.ts";
import { shown } from "./project_reports.ts";

/** Looks at it. Throws `git_busy`, and `apply_unfinished` while an apply is in the middle. */
export async function lookAtProject(background: BackgroundClient): Promise<SeenProject> {
  const interrupted = await background.call("interruptedApply", null);
  if (interrupted !== null) throw unfinished(interrupted);
  const seen = await background.call("look", null);
  if (seen.locks.length === 0) return seen;
  const locks = seen.locks.map(displayString).join(", ");
  throw new ServiceError("git_busy", `git is at work in the project: there is ${locks}`, {
    hint: "Try again when it is done; if no git runs there, remove the file",
  });
}

/** What is the project's own: how it differs from what it and a branch have in common. */
export async function projectMoved(
  background: BackgroundClient,
  base: ApplyPlan["base"],
  seen: SeenProject,
  to = seen.commit.snapshot,
): Promise<ProjectMoved> {
  const moved = { from: base.snapshot, to };
  const { newest, ...changed } = await background.call("movedProject", moved);
  return {
    changed,
    newest: newest && {
      path: displayString(newest.path),
      time: new Date(newest.time).toISOString(),
    },
    files: seen.read,
    guessed: base.isGuessed,
    skipped: seen.skipped.map(shown),
  };
}

function unfinished({ commit, writes, deletions, isGoingBack }: Interrupted): ServiceError {
  const paths = writes + deletions;
  const count = paths === 1 ? "path" : "paths";
  const when = isGoingBack ? " while it was taken back" : "";
  return new ServiceError(
    "apply_unfinished",
    `An apply of ${commit.branch} was interrupted${when} (${paths} ${count})`,
    {
      hint: isGoingBack
        ? "agentvfs apply --abort takes the rest back"
        : "agentvfs apply --continue finishes it, agentvfs apply --abort takes it back",
    },
  );
}
