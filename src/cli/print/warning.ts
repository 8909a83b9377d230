/**
 * What goes well and has a catch.
 *
 * @module
 */

import { isQuiet, printError, safe } from "./output.ts";

export interface Warning {
  /** Stable: programs may compare it. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export function printWarnings(warnings: readonly Warning[]): void {
  if (isQuiet()) return;
  for (const { message, hint } of warnings) {
    printError(`warning: ${safe(message)}`);
    printError(`hint: ${safe(hint)}`);
  }
}
