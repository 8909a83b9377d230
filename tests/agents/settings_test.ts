/** The same work in every setting of both agents, but for those of brief_test.ts. */

import { testAgentAs } from "./bed.ts";
import { scriptedSession } from "./scripted_session.ts";
import { BRIEF, EVERY, inWords } from "./setting.ts";

for (const setting of EVERY) {
  if (BRIEF.includes(setting)) continue;
  testAgentAs(setting.who, setting.agent, inWords(setting), (bed) => scriptedSession(bed, setting));
}
