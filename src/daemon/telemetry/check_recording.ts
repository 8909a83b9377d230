import { recordSocketPath } from "../../telemetry/linux/record_socket.ts";
import { WorkspaceError } from "../workspaces/workspace.ts";

/** Throws {@linkcode WorkspaceError} where the daemon with that control socket would not take what others saw. */
export function checkRecording(socket: string): void {
  try {
    Deno.statSync(recordSocketPath(socket));
  } catch {
    throw new WorkspaceError("nothing_recorded", 2, "The daemon records nothing of what is done", {
      hint: "See why: agentvfs telemetry status; start it again with --telemetry changes",
    });
  }
}
