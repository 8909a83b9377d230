/**
 * The commit that somebody means: a checkpoint's name, or what an agent did.
 *
 * @module
 */

import { ServiceError } from "../../../control/service_error.ts";
import type { CommitInfo } from "../../../history/commits/commit.ts";
import type { BackgroundClient } from "../../background/background_client.ts";
import type { KnownWork } from "../../agents/known_work.ts";
import type { Branch } from "../../branches/branch.ts";
import { serviceError } from "../../threads/service_errors.ts";

export class CommitFinder {
  constructor(readonly background: BackgroundClient, readonly work: KnownWork) {}

  /** Rejects with {@linkcode ServiceError}, which says why a call has no checkpoint. */
  resolve(branch: Branch, ref: string): Promise<CommitInfo> {
    return this.#find("resolve", branch, ref);
  }

  /** As {@linkcode resolve}, also for a commit whose contents are gone. */
  describe(branch: Branch, ref: string): Promise<CommitInfo> {
    return this.#find("describe", branch, ref);
  }

  #find(how: "resolve" | "describe", branch: Branch, ref: string): Promise<CommitInfo> {
    const known = this.work.stateBefore(branch.name, ref) ?? ref;
    return this.background.call(how, { branch: branch.name, ref: known })
      .catch((error) => fail(this.withoutCheckpoint(branch, ref, error)));
  }

  /** Why there is no checkpoint of a call, if that is why none was found. */
  withoutCheckpoint({ name }: Branch, ref: string, error: unknown): unknown {
    const call = isUnknown(error) ? this.work.callWithout(name, ref) : null;
    if (call === null) return error;
    const { tool = "a call", command, call: id } = call.details;
    return nothingChanged(`call ${id} (${command === undefined ? tool : `${tool}: ${command}`})`);
  }
}

export function isUnknown(error: unknown): boolean {
  return (error as { code?: unknown }).code === "unknown_ref";
}

export function nothingChanged(what: string): ServiceError {
  return new ServiceError(
    "nothing_changed",
    `There is no checkpoint of ${what}: it changed nothing`,
    {
      hint: "agentvfs log --tree shows what each call did",
    },
  );
}

function fail(error: unknown): never {
  throw serviceError(error);
}
