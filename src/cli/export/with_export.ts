/**
 * Opens what a command line wants to export.
 *
 * @module
 */

import { ControlClient } from "../../control/client.ts";
import { findStore, type FoundStore } from "../../daemon/offline_store.ts";
import { type OpenExport, openExport } from "../../daemon/open_export.ts";
import type { CommandInput } from "../command.ts";

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
  const { values } = input;
  const branch = values.get("branch");
  const found = await findStore({
    store: values.get("store"),
    socket: values.get("sock"),
    directory: values.get("project"),
  });
  if (found.daemon === null) {
    using open = await openExport(found.store, null, { branch: branch ?? "main", ref });
    return await job({ ...open, project: found.source, isInside: false });
  }
  return await online(found, ref, branch, job);
}

async function online<T>(
  { daemon }: Extract<FoundStore, { store: null }>,
  ref: string | undefined,
  branch: string | undefined,
  job: (exported: Exported) => Promise<T>,
): Promise<T> {
  using client = await ControlClient.connect(daemon.socket);
  const { store, source } = await client.status();
  const prepare = (ref: string | undefined) =>
    client.prepareExport({
      ...(ref === undefined ? {} : { ref }),
      ...(branch === undefined ? {} : { branch }),
    });
  using open = await openExport(store, prepare, { branch: branch ?? "main", ref });
  const isInside = Deno.env.has("AGENTVFS_BRANCH");
  return await job({ ...open, project: source, isInside });
}
