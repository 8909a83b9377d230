/** The same work in every setting of both agents, but for those of brief_test.ts. */

import { testSettings } from "./scripted_session.ts";
import { BRIEF, EVERY } from "./setting.ts";

await testSettings(EVERY.filter((setting) => !BRIEF.includes(setting)));
