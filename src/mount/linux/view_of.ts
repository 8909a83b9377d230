/**
 * The view that a request of Linux is about: its node id says it, or, at a mountpoint that several views share, who asks.
 *
 * @module
 */

import { Opcode } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import type { Context } from "../fuse/context.ts";
import { BODY } from "../fuse/request.ts";
import { MAIN_VIEW, type View, VIRTUAL_VIEW } from "../views.ts";
import { ABOUT_THE_MOUNT, type Routing } from "./routing.ts";

/** The view, or a negative errno. */
export function viewOf(context: Context, routing: Routing | null, opcode: number): View | number {
  const { views, request, reply, virtual } = context;
  const number = request.viewNumber;
  reply.shared = context.shared = null;
  virtual.nodes.caller = MAIN_VIEW;
  if (routing === null || !routing.concerns(number, opcode)) {
    const view = number === VIRTUAL_VIEW ? views.main : views.get(number);
    // A directory that is shared is in no view of its own.
    return view ?? (ABOUT_THE_MOUNT.has(opcode) ? views.main : -Errno.ESTALE);
  }
  return number === VIRTUAL_VIEW
    ? virtualViewOf(context, routing, opcode)
    : sharedViewOf(context, routing, opcode);
}

function sharedViewOf(context: Context, routing: Routing, opcode: number): View | number {
  const view = routing.route(context.request, opcode);
  if (view === null) return context.views.main;
  if (typeof view === "number") return view;
  context.reply.shared = context.shared = routing.shared;
  return view;
}

/** What is in `.agentvfs` at the shared mountpoint is the caller's; the other branches are not, from inside one. */
function virtualViewOf(context: Context, routing: Routing, opcode: number): View | number {
  const { virtual, request, views: { main } } = context;
  if (!virtual.nodes.isCommon(request.nodeId)) return main;
  const view = routing.viewOf(request, opcode);
  if (view === null) return -Errno.EACCES;
  const kind = virtual.nodes.get(request.nodeId)?.kind;
  const isOthers = kind !== "home" && kind !== "branches";
  if (view !== main && isOthers) return -Errno.EACCES;
  virtual.nodes.caller = view.number;
  if (opcode === Opcode.LOOKUP && kind === "branches") {
    const [parent, name] = [request.wireNode, request.name(BODY)];
    if (view === main) routing.revisits.answered(parent, name);
    else routing.missed(view, parent, name);
  }
  return view;
}
