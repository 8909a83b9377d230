/**
 * Between a handler and the tree: rules are asked about what a program is to do, and what was done is told of.
 *
 * What waits for a filter is carried out again from the start, as what waits for the daemon is.
 *
 * @module
 */

import { check as errorOf } from "../../../../ffi/windows/ntdll.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import type { Action } from "../../../telemetry/event.ts";
import { tellsOf } from "../../../telemetry/level.ts";
import { ACTIONS, UNKNOWN } from "../../../telemetry/mount_record.ts";
import { type PolicyGate, REFUSED, WAITS as GATE_WAITS } from "../../fuse/policy/policy_gate.ts";
import { describeSubject } from "../../recording/asked_event.ts";
import { RecordedSubject } from "../../recording/recorded_subject.ts";
import type { Recorder } from "../../recording/recorder.ts";
import type { View } from "../../views.ts";
import { type ActsPart, WAITS } from "../context.ts";
import type { Request } from "../request.ts";
import type { Act, AskedAct } from "./act.ts";

const ALLOWED = 0;

export class Acts implements ActsPart {
  /** The view of what is carried out and is to be told of. */
  #told: View | null = null;

  /** `recorder` null: nothing is told. */
  constructor(
    readonly request: Request,
    readonly gate: PolicyGate,
    readonly recorder: Recorder | null,
  ) {}

  begin(act: Act): number {
    const { gate, request: { bytes, length } } = this;
    const { view, asks, isIntended } = act;
    const request = { ...askerOf(act), bytes, length };
    const isWanted = isIntended === undefined && this.#wants(act.action);
    if (isWanted) this.#beginRecord(act);
    gate.begin();
    const answer = asks === undefined
      ? ALLOWED
      : gate.check<AskedAct>({ view, request, act }, asks, describe);
    if (answer === GATE_WAITS) {
      this.#told = null;
      return WAITS;
    }
    const isToldAnyhow = answer === REFUSED || gate.verdict !== 0 && isIntended === undefined;
    if (!isWanted && isToldAnyhow) this.#beginRecord(act);
    this.recorder?.decided(gate.verdict, gate.rule);
    return answer === REFUSED ? NtStatus.ACCESS_DENIED : NtStatus.SUCCESS;
  }

  /** The request is carried out, and answered so. */
  end(status: number): void {
    const view = this.#told;
    this.#told = null;
    if (view === null) return;
    const result = errorOf(status);
    if (result === 0) this.recorder!.subject.made();
    this.recorder!.end(view, result);
  }

  /** Directories may be elsewhere now, by no request that was told of. */
  forget(): void {
    this.gate.forget();
    this.recorder?.forget();
  }

  #wants(action: Action): boolean {
    if (this.recorder === null) return false;
    const { level } = this.recorder;
    return level === "all" || tellsOf(level, action);
  }

  #beginRecord(act: Act): void {
    const { recorder } = this;
    if (recorder === null) return;
    recorder.begin(askerOf(act), ACTIONS.indexOf(act.action));
    fill(recorder.subject, act);
    this.#told = act.view;
  }
}

/** Windows tells of no user that has a number. */
function askerOf({ caller }: Act) {
  return { pid: caller, uid: UNKNOWN, gid: UNKNOWN };
}

function fill(subject: RecordedSubject, act: Act): void {
  subject.clear();
  subject.parent = act.parent;
  subject.name = act.name;
  subject.inode = act.inode;
  subject.targetParent = act.targetParent ?? null;
  subject.target = act.target ?? null;
  subject.offset = act.offset ?? -1;
  subject.size = act.size ?? -1;
  subject.mode = act.mode ?? UNKNOWN;
}

function describe({ act }: AskedAct, mountpoint: string, about: string) {
  const subject = new RecordedSubject();
  fill(subject, act);
  return describeSubject(subject, act.action, mountpoint, about);
}
