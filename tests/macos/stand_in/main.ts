/** The program, on a Linux that it takes for macOS. */

import "./pretend.ts";

await import("../../../main.ts");
