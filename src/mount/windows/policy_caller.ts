/**
 * Who made a request, as far as rules ask: the driver names the process that opened a file. It is looked at when a rule asks, each
 * time anew: by then another process may have its number.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import { processDetails } from "../../host/process_details.ts";
import type { Caller } from "../../policy/policy.ts";
import { isWindowsProgram } from "../../policy/program.ts";
import type { TelemetryProcess } from "../../telemetry/event.ts";
import type { Asker } from "../asker.ts";

export class PolicyCaller implements Caller {
  /** Windows' users have no numbers. */
  readonly uid = null;
  #process = 0;

  /** It stands for whoever made this request until it is told another one. */
  of({ pid }: Asker): Caller {
    this.#process = pid;
    return this;
  }

  runs(program: string): boolean | null {
    const executable = processDetails(this.#process)?.executable;
    return executable === undefined ? null : isWindowsProgram(program, displayString(executable));
  }

  /** There are none. */
  isIn(): boolean {
    return false;
  }
}

/** Who made a request, as filters are told. */
export function askingProcess({ pid }: Asker): TelemetryProcess {
  const details = processDetails(pid);
  if (details === null) return pid === 0 ? {} : { pid, tid: pid };
  const { name, executable } = details;
  return { pid, tid: pid, name, ...(executable === undefined ? {} : { executable }) };
}
