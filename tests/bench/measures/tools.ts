/**
 * Programs, where the measuring process has to start them itself: what they see is what it sees.
 *
 * @module
 */

import { each, type Measure } from "./measure.ts";

const gitStatus: Measure = ({ directory, count }) => {
  const git = new Deno.Command("git", { args: ["status", "--porcelain"], cwd: directory });
  return each(count, () => {
    if (!git.outputSync().success) throw new Error("git status failed");
  });
};

export const TOOL_MEASURES = { gitStatus } as const satisfies Record<string, Measure>;
