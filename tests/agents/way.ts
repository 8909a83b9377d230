import type { Script } from "./bed.ts";

/** How an agent is started for a piece of work. */
export interface Way {
  readonly script: Script;
  readonly prompt?: string;
  /** What starts it, as `agentvfs run --`. */
  readonly before?: readonly string[];
  /** Further words for itself. */
  readonly args?: readonly string[];
  /** It goes on with its last conversation. */
  readonly resume?: boolean;
  /** Codex: it goes on with a copy of that conversation. */
  readonly fork?: string;
  /** Its own sandbox; default: what is usual for it. */
  readonly sandbox?: boolean;
  /** Where it is started; default: in the mount. */
  readonly cwd?: string;
}
