import { HAS_SOURCES } from "../../telemetry/has_sources.ts";
import { recordSocketPath } from "../../telemetry/record_socket_path.ts";
import { WorkspaceError } from "../workspaces/workspace.ts";

/** Throws {@linkcode WorkspaceError} where the daemon with that control socket would not take what others saw. */
export function checkRecording(socket: string): void {
  if (!HAS_SOURCES) {
    const message = "What programs do outside the mount is recorded on Linux only";
    throw new WorkspaceError("only_on_linux", 4, message, {
      hint: "What they do in the mount is recorded everywhere: agentvfs audit",
    });
  }
  try {
    Deno.statSync(recordSocketPath(socket));
  } catch {
    throw new WorkspaceError("nothing_recorded", 2, "The daemon records nothing of what is done", {
      hint: "See why: agentvfs telemetry status; start it again with --telemetry changes",
    });
  }
}
