/**
 * Makes this process take Linux for macOS: import it before anything else. What macOS's libraries do is done by the
 * stand-ins whose paths AGENTVFS_STAND_INS has, as JSON by the name of each library.
 *
 * @module
 */

import { pretendSystem } from "../../support/systems/pretend_system.ts";

const libraries: Readonly<Record<string, string>> = JSON.parse(
  Deno.env.get("AGENTVFS_STAND_INS") ?? "{}",
);

pretendSystem({
  os: "darwin",
  library: (name) => {
    const path = libraries[name];
    if (path === undefined) throw new Error(`${name} is not there on macOS`);
    return path;
  },
  pretend: new URL(import.meta.url),
  main: new URL("main.ts", import.meta.url),
});
