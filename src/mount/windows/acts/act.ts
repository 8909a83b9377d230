/**
 * What a program does by a request: what rules are asked about it, and what is told of it. Handlers say it once they know
 * what there is, and before they change anything.
 *
 * @module
 */

import type { Action } from "../../../telemetry/event.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import type { Asking } from "../../policy/asking.ts";
import type { Row } from "../../policy/policy_question.ts";
import type { View } from "../../views.ts";
import type { Decided } from "./removals.ts";

/** A request with what it does. */
export interface AskedAct extends Asking {
  readonly act: Act;
}

export interface Act {
  readonly view: View;
  /** Process that does it; 0: nobody is known. */
  readonly caller: number;
  /** As the log has it. */
  readonly action: Action;
  /** Directory and name of its path; null: it has none, or is a root. */
  readonly parent: Inode | null;
  readonly name: string;
  /** Null: it is to be made. */
  readonly inode: Inode | null;
  /** Directory of the second name; without one that is no name of a file. */
  readonly targetParent?: Inode;
  /** The second name, the text of a symlink or the name of an attribute. */
  readonly target?: string;
  readonly offset?: number;
  readonly size?: number;
  readonly mode?: number;
  /** What the rules are asked; without it they have no word for it. */
  readonly asks?: Row<AskedAct>;
  /** What the rules have said already. */
  readonly decided?: Decided;
  /** It is only to be done later: it is told of if a rule refuses it. */
  readonly isIntended?: true;
}
