/**
 * Which sources of events this machine has. A mount tells of its changes without any of them.
 *
 * @module
 */

import { EbpfSource } from "../../../telemetry/linux/ebpf_source.ts";
import { FanotifySource } from "../../../telemetry/linux/fanotify_source.ts";
import type { Source, SourceDescription } from "../../../telemetry/source.ts";
import { EBPF, FANOTIFY } from "../../../telemetry/sources.ts";
import type { Check } from "../check.ts";

/** Each is started and stopped again. */
export function sourceChecks(): Check[] {
  return [
    check(EBPF, () => EbpfSource.start()),
    check(FANOTIFY, () => FanotifySource.start({ except: [] })),
  ];
}

function check({ name, sees, needs }: SourceDescription, start: () => Source): Check {
  try {
    start().stop();
    return { name, state: "ok", found: `events of ${sees}` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { name, state: "ok", found: `no such events: ${why}; it needs ${needs}` };
  }
}
