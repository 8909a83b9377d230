/**
 * Signals: those that the runtime does not know, and those that each system has.
 *
 * @module
 */

import * as linux from "./linux/signals.ts";
import * as macos from "./macos/signals.ts";
import * as windows from "./windows/signals.ts";
import { pick } from "./pick.ts";

export const { ignoreFileSizeLimit } = pick(linux, { macos, windows });

/** By which somebody tells a program to end: the key, whoever manages it, and a terminal that closes. */
export const ENDING_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];
