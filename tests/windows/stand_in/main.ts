/** The program, on a Linux that it takes for Windows. */

import "./pretend.ts";

await import("../../../main.ts");
