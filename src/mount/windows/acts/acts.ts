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
import { CHANGES, tellsOf } from "../../../telemetry/level.ts";
import { ACTIONS, UNKNOWN } from "../../../telemetry/mount_record.ts";
import { type PolicyGate, REFUSED, WAITS as GATE_WAITS } from "../../policy/policy_gate.ts";
import { describeSubject } from "../../recording/asked_event.ts";
import type { ChangeWitness } from "../../recording/change_witness.ts";
import { RecordedSubject } from "../../recording/recorded_subject.ts";
import type { Recorder } from "../../recording/recorder.ts";
import { type ActsPart, WAITS } from "../context.ts";
import type { OpenFile } from "../opens.ts";
import type { Request } from "../request.ts";
import type { Act, AskedAct } from "./act.ts";
import { Removals } from "./removals.ts";

const ALLOWED = 0;

export class Acts implements ActsPart {
  readonly removals = new Removals();
  /** What is carried out. */
  #begun: Act | null = null;
  /** It is told of. */
  #isTold = false;

  /** `recorder` null: nothing is told. `witnesses`: by number of a view. `waits`: the request was put aside until filters have said what they think of it. */
  constructor(
    readonly request: Request,
    readonly gate: PolicyGate,
    readonly recorder: Recorder | null,
    readonly witnesses: ReadonlyMap<number, ChangeWitness>,
    readonly waits: () => void,
  ) {}

  begin(act: Act): number {
    const isDone = act.isIntended === undefined;
    if (isDone) this.#witness(act);
    this.#begun = act;
    this.#isTold = isDone && this.#wants(act.action);
    if (this.#isTold) this.#beginRecord(act);
    const answer = this.#ask(act);
    if (answer === GATE_WAITS) {
      this.#begun = null;
      this.waits();
      return WAITS;
    }
    const { verdict, rule } = act.decided ?? this.gate;
    if (!this.#isTold && (answer === REFUSED || isDone && verdict !== 0)) this.#beginRecord(act);
    this.recorder?.decided(verdict, rule);
    return answer === REFUSED ? NtStatus.ACCESS_DENIED : NtStatus.SUCCESS;
  }

  #ask(act: Act): number {
    const { gate, request: { bytes, length } } = this;
    const { view, asks, decided } = act;
    gate.begin();
    if (asks === undefined || decided !== undefined) return ALLOWED;
    const request = { ...askerOf(act), bytes, length };
    return gate.check<AskedAct>({ view, request, act }, asks, describe);
  }

  /** The request is carried out, and answered so. */
  end(status: number): void {
    const act = this.#begun;
    this.#begun = null;
    if (act === null) return;
    if (this.#isTold) this.#endRecord(act, errorOf(status));
    if (act.action === "rename") {
      this.gate.forget();
      this.removals.forget();
    }
  }

  /** What is open may be deleted from now on: the rules allow it, or are asked when it goes. */
  intend(file: Omit<OpenFile, "handle">, isAskedLater: boolean): void {
    const { verdict, rule } = this.gate;
    this.removals.intend(file, isAskedLater ? null : { verdict, rule });
  }

  /** Directories may be elsewhere now, by no request that was told of. */
  forget(): void {
    this.gate.forget();
    this.removals.forget();
    this.recorder?.forget();
  }

  #witness({ action, view, caller, parent, name, target, targetParent }: Act): void {
    const witness = this.witnesses.get(view.number);
    if (witness === undefined || parent === null || !CHANGES.includes(action)) return;
    witness.sawChange(parent, name, caller);
    if (targetParent !== undefined) witness.sawChange(targetParent, target!, caller);
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
    this.#isTold = true;
  }

  #endRecord({ view }: Act, result: number): void {
    const { recorder } = this;
    if (result === 0) recorder!.subject.made();
    recorder!.end(view, result);
  }
}

/** Windows' users have no numbers. */
function askerOf({ caller }: Act) {
  return { pid: caller, uid: null, gid: null };
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
