import type { MethodName, Params, Result } from "../../control/methods.ts";

/** What the tools work on: the project that the server was started in. */
export interface Workspace {
  /** Asks its daemon. Rejects with an error that has a message, and perhaps a `hint`, for whoever asked. */
  ask<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
  /** A sentence if what is done where the server stands is recorded nowhere; else null. */
  warning(): Promise<string | null>;
}
