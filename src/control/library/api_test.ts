/** The types that the library shows are those that the declarations give: the compiler tells, not the run. */

import assert from "node:assert/strict";
import type * as api from "../api/types.ts";
import type { CommitKind, EventKind, MergeStrategy } from "../api/event_kind.ts";
import type { MethodName, Params, Result } from "../methods.ts";
import type * as daemon from "../service/daemon.ts";
import type * as history from "../service/history.ts";
import type * as merge from "../service/merge.ts";
import type { SubscriptionApi, TransactionApi } from "./client_api.ts";
import type { Subscription } from "./subscription.ts";
import type { Transaction } from "./transaction.ts";
import type { WorkspaceClient } from "./workspace_client.ts";

type Same<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false;
/** Methods of which the two say different things. */
type Different = {
  [M in MethodName]: Same<
    [Params<M>, Result<M>],
    [api.Methods[M]["params"], api.Methods[M]["result"]]
  > extends true ? never : M;
}[MethodName];

type Fits<A extends B, B> = [A, B];
/** The classes do what the library promises. */
export type Promised = [
  Fits<Subscription, SubscriptionApi>,
  Fits<Transaction, TransactionApi>,
  Fits<WorkspaceClient, Pick<api.Calls, "status" | "merge"> & Disposable>,
];

Deno.test("what the library shows is what is declared", () => {
  const none: Same<Different, never> = true;
  const all: Same<MethodName, api.MethodName> = true;
  const words: Same<
    [EventKind, CommitKind, MergeStrategy],
    [daemon.EventKind, history.CommitKind, merge.MergeStrategy]
  > = true;
  assert.ok(none && all && words);
});
