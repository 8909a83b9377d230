/**
 * Opens what a command line wants to export.
 *
 * @module
 */

import { findStore } from "../../daemon/offline_store.ts";
import { type OpenExport, openExport } from "../../daemon/open_export.ts";
import type { CommandInput } from "../command.ts";
import { CommandError } from "../command_error.ts";
import { branchMeant, withDaemon } from "../daemon_client.ts";

/** A state of a branch, and the project it is of, where that is known. */
export interface Exported extends OpenExport {
  readonly project: string | null;
  /** True if the caller works on a branch and may have nothing but that. */
  readonly isInside: boolean;
}

/** Runs `job` on the state that REF and `--branch` mean: of a running daemon, or of the store alone. */
export async function withExport<T>(
  input: CommandInput,
  ref: string | undefined,
  job: (exported: Exported) => Promise<T>,
): Promise<T> {
  const found = await findStore({
    store: input.values.get("store"),
    socket: input.values.get("sock"),
    directory: input.values.get("project"),
  });
  const isInside = Deno.env.has("AGENTVFS_BRANCH");
  if (found.daemon === null) {
    const branch = input.values.get("branch") ?? "main";
    using open = await openExport(found.store, null, { branch, ref });
    return await job({ ...open, project: found.source, isInside });
  }
  return await withDaemon(input, async (client, daemon) => {
    const { store, source } = await client.status();
    if (await Deno.stat(store).then(() => false, () => true)) throw storeHidden();
    const branch = branchMeant(input, daemon, "branch", "branch");
    const base = input.flags.has("patch") && !input.values.has("from") ? { base: true } : {};
    const prepare = (ref: string | undefined) =>
      client.prepareExport({ ...(ref === undefined ? {} : { ref }), ...branch, ...base });
    using open = await openExport(store, prepare, { branch: branch.branch ?? "main", ref });
    return await job({ ...open, project: source, isInside });
  });
}

function storeHidden(): CommandError {
  const message = "Cannot export from here: the store cannot be seen from inside this run";
  return new CommandError("store_hidden", 1, message, {
    hint: "Write the tree itself, for example with tar; or export from outside the run",
  });
}
