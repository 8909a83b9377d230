import assert from "node:assert/strict";
import { checkWorkspaceName } from "./named_workspace.ts";
import { WorkspaceError } from "./workspace.ts";

for (const name of ["default", "a", "A-Z_0.9", "...", "-x", "x".repeat(80)]) {
  Deno.test(`a workspace may be called ${name.slice(0, 20)}`, () => {
    assert.equal(checkWorkspaceName(name), name);
  });
}

for (
  const name of ["", ".", "..", "a/b", "a b", "a\nb", "a\0", "ä", "../x", "x".repeat(81), "a\\b"]
) {
  Deno.test(`a workspace may not be called ${JSON.stringify(name.slice(0, 20))}`, () => {
    const isBad = (error: unknown) =>
      error instanceof WorkspaceError && error.code === "bad_workspace_name" && error.exit === 2;
    assert.throws(() => checkWorkspaceName(name), isBad);
  });
}
