import { TELEMETRY_DEFAULT } from "../../telemetry/telemetry_choice.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

/** What the first versions did not say, as a daemon has it that is not told. */
const DEFAULTS: Partial<DaemonConfig> = {
  keepAwake: true,
  events: true,
  watch: false,
  routing: "none",
  telemetry: TELEMETRY_DEFAULT,
};

/** What a keeper wants of its server. It may be of an older version: it stays while its servers are replaced. */
export function serverConfig(text: string, version: string): DaemonConfig {
  return { ...DEFAULTS, ...JSON.parse(text), version };
}
