import { Opcode } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import { ANY_CALLER, UNKNOWN_CALLER } from "../../policy/policy.ts";
import type { Context } from "../fuse/context.ts";
import { isWriteBack } from "../fuse/data_handlers.ts";
import { asksForOpens } from "../fuse/init.ts";
import { type PolicyGate, REFUSED } from "../policy/policy_gate.ts";
import { POLICY_ROWS } from "../fuse/policy_rows.ts";
import { askedEvent } from "../recording/asked_event.ts";
import { wireNode } from "../views.ts";

/** What the rules say of a request of FUSE: 0, a negative errno, or `WAITS`, as {@linkcode PolicyGate.check}. */
export function checkRequest(gate: PolicyGate, context: Context, opcode: number): number {
  if (gate.policy === null) return 0;
  const row = POLICY_ROWS.get(opcode);
  if (row === undefined) return 0;
  const isUnknown = opcode === Opcode.WRITE && isWriteBack(context.request);
  const answer = gate.check(context, row, askedEvent, isUnknown ? writerOf(context) : null);
  if (opcode === Opcode.RENAME || opcode === Opcode.RENAME2) gate.forget();
  if (answer !== REFUSED) return answer;
  if (isUnknown) gate.options.onStale(wireNode(context.view.number, context.request.nodeId));
  return -Errno.EACCES;
}

/** Of pages that come back later, it is not known who wrote them; those who had no right could not open the file. */
function writerOf({ connection }: Context) {
  return asksForOpens(connection) ? ANY_CALLER : UNKNOWN_CALLER;
}
