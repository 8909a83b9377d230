import { always, shape, text } from "../../control/schema.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("WorkspaceDeleteOutput", "A workspace that is gone.", {
    name: text("Its name"),
    status: always("deleted", "With all its checkpoints"),
  }),
};
