/**
 * The rules of the fs thread, and what they refused.
 *
 * @module
 */

import { PolicyGate } from "../../mount/policy/policy_gate.ts";
import type { CgroupCallers } from "../../mount/linux/cgroup_callers.ts";
import { FilterQuestions } from "../../mount/policy/filter_questions.ts";
import { ProgramPaths } from "../../mount/policy/program_paths.ts";
import { monotonicTime } from "../../host/clock.ts";
import { argumentsOf } from "../../host/process_details.ts";
import type { TelemetryEvent } from "../../telemetry/event.ts";
import { CallTimes } from "../../telemetry/call_times.ts";
import { redactArguments } from "../../telemetry/redact.ts";
import { Denials } from "../../policy/denial.ts";
import { mountRules } from "../../policy/outside_table.ts";
import { parsePolicy } from "../../policy/parse_policy.ts";
import { Policy } from "../../policy/policy.ts";
import type { PolicyText } from "../threads/messages.ts";
import type { PolicyCallers } from "./policy_callers.ts";

export interface FsPolicyOptions {
  readonly rules: PolicyText | null;
  /** Who asks, as this system tells. */
  readonly who: PolicyCallers;
  /** Null where the mount is not routed by cgroup. */
  readonly callers: CgroupCallers | null;
  /** Where everybody sees the mount, a binary string. */
  readonly mountpoint: string;
  /** Where programs see the mount as a whole, as /proc has it. */
  readonly places: readonly string[];
  readonly isBranch: (name: string) => boolean;
  /** Of programs' arguments nothing is told. */
  readonly redactsArguments: boolean;
  /** Pages of this node, as the kernel has it, hold what was refused. */
  readonly onStale: (node: number) => void;
  /** Of the rules that hold from now on; 0: there are none. */
  readonly onVersion: (version: number) => void;
}

export class FsPolicy {
  readonly gate: PolicyGate;
  readonly denials = new Denials();
  /** Which tool calls are under way: filters that rules ask are told. */
  readonly calls = new CallTimes();
  readonly programs: ProgramPaths;

  /** Throws what parsing the rules throws: without them nothing is to be served. */
  constructor(readonly options: FsPolicyOptions) {
    const { rules, who, callers, mountpoint, onStale } = options;
    this.programs = new ProgramPaths(options);
    const caller = new who.PolicyCaller(callers, this.programs);
    this.gate = new PolicyGate({
      filters: new FilterQuestions({
        mountpoint,
        processOf: who.askingProcess,
        complete: (event) => this.#complete(event),
        now: monotonicTime,
      }),
      callerOf: (asker) => caller.of(asker),
      onDenied: (denial) => this.denials.add(denial),
      onStale,
    });
    this.install(rules);
  }

  #complete(event: TelemetryEvent): TelemetryEvent {
    const { callers, redactsArguments } = this.options;
    const { process } = event;
    const args = process?.pid === undefined ? undefined : argumentsOf(process.pid);
    const session = process?.tid ? callers?.sessionOf(process.tid) ?? null : null;
    return this.calls.placed({
      ...event,
      ...(session === null ? {} : { session: String(session.id) }),
      ...(args === undefined
        ? {}
        : { process: { ...process, args: redactArguments(args, redactsArguments) } }),
    });
  }

  install(rules: PolicyText | null): void {
    const parsed = rules === null ? [] : mountRules(parsePolicy(rules.text));
    this.gate.policy = parsed.length === 0 ? null : new Policy(parsed, rules!.version);
    this.options.onVersion(this.gate.policy?.version ?? 0);
  }
}
