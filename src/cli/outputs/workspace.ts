import { oneOf, shape, text } from "../../control/schema.ts";
import type { Output } from "../command.ts";

/** What a workspace's lines say, in their order. */
export const WorkspaceShown = shape("WorkspaceShown", "A workspace that has a name.", {
  name: text("Its name"),
  mount: text("Where it is, or would be, mounted"),
  socket: text("Control socket"),
  store: text("Directory of the store"),
  telemetry: text(
    "Who records what is done: `mount`, perhaps others; `none`, or `unknown` where nothing is known of the name",
  ),
  status: oneOf(
    ["initialized", "started", "stale", "stopped"],
    "`initialized`: never started; `stale`: it was started, and nobody answers",
  ),
});

export const output: Output = {
  version: 1,
  schema: shape("WorkspaceOutput", "How a workspace is.", {
    ...WorkspaceShown.entries,
  }),
};
