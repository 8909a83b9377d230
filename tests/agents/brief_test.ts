/** What of settings_test.ts is part of CI: each agent, account, place and sandbox once at least. */

import { testAgentAs } from "./bed.ts";
import { scriptedSession } from "./scripted_session.ts";
import { BRIEF, inWords } from "./setting.ts";

for (const setting of BRIEF) {
  testAgentAs(setting.who, setting.agent, inWords(setting), (bed) => scriptedSession(bed, setting));
}
