/**
 * What a request is, as a filter is told of it that a rule asks: in the words and with the names that the log has for it afterwards.
 *
 * @module
 */

import { Opcode } from "../../../ffi/fuse_kernel.ts";
import type { Action, TelemetryEvent } from "../../telemetry/event.ts";
import { ACTIONS } from "../../telemetry/mount_record.ts";
import type { Context } from "../fuse/context.ts";
import { shownPath } from "../policy/filter_questions.ts";
import { openAction, recordedActions, setattrAction } from "./recorded_action.ts";
import { RecordedSubject } from "./recorded_subject.ts";
import { findSubject } from "./request_subject.ts";

const KNOWN = recordedActions("all");

/**
 * `about`: the path that the rule is about. Of a file with several names it is the one that is told, but what has two names itself
 * is told with both, as in the log, whichever of them the rule is about.
 */
export function askedEvent(
  context: Context,
  mountpoint: string,
  about: string,
): Pick<TelemetryEvent, "action" | "path" | "target"> {
  const subject = new RecordedSubject();
  findSubject(subject, context, context.request.opcode);
  return describeSubject(subject, actionOf(context), mountpoint, about);
}

/** The same of what is known already. */
export function describeSubject(
  { parent, name, target, targetParent }: RecordedSubject,
  action: Action,
  mountpoint: string,
  about: string,
): Pick<TelemetryEvent, "action" | "path" | "target"> {
  if (target === null) return { action, path: about };
  if (targetParent === null || parent === null) return { action, path: about, target };
  return {
    action,
    path: shownPath(mountpoint, parent, name),
    target: shownPath(mountpoint, targetParent, target),
  };
}

function actionOf({ request }: Context): Action {
  const { opcode } = request;
  const number = opcode === Opcode.SETATTR
    ? setattrAction(request)
    : opcode === Opcode.OPEN
    ? openAction(request)
    : KNOWN[opcode]!;
  return ACTIONS[number] ?? "stat";
}
