/**
 * Tells of requests of FUSE.
 *
 * @module
 */

import { Opcode } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import type { Context } from "../fuse/context.ts";
import { OUT } from "../fuse/reply.ts";
import { NOT_RECORDED, openAction, recordedActions, setattrAction } from "./recorded_action.ts";
import type { Recorder } from "./recorder.ts";
import { findSubject, foundMade } from "./request_subject.ts";

/** What a request is that is recorded because of what a rule says. */
const REFUSABLE = recordedActions("all");

export class RequestRecorder {
  /** Those that are recorded whatever a rule says of them. */
  readonly #wanted: Int8Array;

  constructor(readonly recorder: Recorder) {
    this.#wanted = recordedActions(recorder.level);
  }

  wants(opcode: number): boolean {
    return this.#wanted[opcode] !== NOT_RECORDED;
  }

  /** Called before a request is decided and carried out; of one that is not wanted, once a rule has said something of it. */
  begin(context: Context, opcode: number): void {
    const { recorder } = this;
    recorder.begin(context.request, actionOf(context, opcode));
    findSubject(recorder.subject, context, opcode);
  }

  /** Called when the request is carried out, before it is answered. */
  end(context: Context, opcode: number, result: number): void {
    // The kernel looks the path up again and repeats the request.
    if (result === -Errno.ESTALE && context.shared !== null) return;
    const { subject } = this.recorder;
    if (result >= 0) foundMade(subject, context, opcode);
    if (opcode === Opcode.COPY_FILE_RANGE && result > 0) {
      subject.size = context.reply.view.getUint32(OUT, true);
    }
    this.recorder.end(context.view, result);
  }
}

function actionOf({ request }: Context, opcode: number): number {
  if (opcode === Opcode.SETATTR) return setattrAction(request);
  if (opcode === Opcode.OPEN) return openAction(request);
  return REFUSABLE[opcode]!;
}
