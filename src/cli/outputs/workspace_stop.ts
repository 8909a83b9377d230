import { always, id, optional, shape, text } from "../../control/schema.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("WorkspaceStopOutput", "A workspace that is not mounted any more.", {
    name: text("Its name"),
    mount: text("Where it was mounted"),
    checkpoint: optional(id("The checkpoint that was made first")),
    status: always("stopped", "It can be started again"),
  }),
};
