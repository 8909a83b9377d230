/**
 * A process that applies: it reads what to do as JSON and prints the outcome as JSON.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { binaryString } from "../../ffi/binary_string.ts";
import { abortApply, applySnapshot, continueApply } from "../../src/apply/apply_snapshot.ts";
import { intercepted, PROJECT_CALLS, type ProjectCalls } from "../../src/apply/project_calls.ts";
import { loadHasher } from "../../src/store/format/hash.ts";
import { runAtOnce } from "../../src/store/format/sliced.ts";
import { Store } from "../../src/store/store.ts";
import type { Snapshot } from "../../src/store/trees/entry.ts";

/** What it reads. */
export interface ApplyChildJob {
  /** Path of the store. */
  readonly store: string;
  readonly how: "apply" | "continue" | "abort";
  readonly root: string;
  readonly from: Snapshot | null;
  readonly to: Snapshot;
  readonly plan: string;
  /** It kills itself before this call, the first being 0. */
  readonly killAt?: number;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Command and arguments. */
export const APPLY_CHILD: readonly string[] = [
  Deno.execPath(),
  ...["run", "-A", "--quiet", "--no-check", `--config=${ROOT}deno.json`],
  fileURLToPath(import.meta.url),
];

if (import.meta.main) {
  const job = JSON.parse(await new Response(Deno.stdin.readable).text()) as ApplyChildJob;
  const store = Store.open(job.store, await loadHasher());
  const calls = killing(job.killAt);
  const work = job.how === "apply"
    ? applySnapshot({ ...job, store, root: binaryString(job.root) }, calls)
    : (job.how === "continue" ? continueApply : abortApply)(store, job.plan, calls);
  console.log(JSON.stringify(runAtOnce(work)));
}

function killing(at: number | undefined): ProjectCalls {
  if (at === undefined) return PROJECT_CALLS;
  let left = at;
  return intercepted(PROJECT_CALLS, (call) => {
    if (left-- === 0) Deno.kill(Deno.pid, "SIGKILL");
    return call();
  });
}
