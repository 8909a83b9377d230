/** What of settings_test.ts is part of CI: each agent, account, place and sandbox once at least. */

import { testSettings } from "./scripted_session.ts";
import { BRIEF } from "./setting.ts";

await testSettings(BRIEF);
