import { load } from "../../host/pick.ts";
import type { Sources } from "./source_set.ts";

/** Those of this system. */
export async function loadSources(): Promise<Sources> {
  const system = await load<{ Sources: Sources }>({
    linux: () => import("./linux/linux_sources.ts"),
    macos: () => import("./no_sources.ts"),
    windows: () => import("./no_sources.ts"),
  });
  return system.Sources;
}
