import { list, shape } from "../../control/schema.ts";
import type { Output } from "../command.ts";
import { WorkspaceShown } from "./workspace.ts";

export const output: Output = {
  version: 1,
  schema: shape("WorkspaceListOutput", "All workspaces that have a name.", {
    workspaces: list(WorkspaceShown, "By name"),
  }),
};
