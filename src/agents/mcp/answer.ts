/**
 * Answers requests of either era.
 *
 * @module
 */

import { callTool } from "./call_tool.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import {
  CLIENT_INFO_KEY,
  ERROR,
  HANDSHAKE_VERSIONS,
  isRecord,
  type Message,
  RpcError,
  SERVER_INFO_KEY,
  STATELESS_VERSIONS,
  VERSION_KEY,
} from "./messages.ts";
import { getPrompt, listPrompts } from "./prompts.ts";
import { listResources, readResource, TEMPLATES } from "./resources.ts";
import LISTED_TOOLS from "./tools.json" with { type: "json" };
import type { Workspace } from "./workspace.ts";

/** What is the same until another version is installed. Milliseconds; an hour. */
const FIXED = { ttlMs: 3_600_000, cacheScope: "public" };
/** What every checkpoint changes. */
const CHANGING = { ttlMs: 0, cacheScope: "private" };

const CAPABILITIES = { tools: {}, resources: {}, prompts: {} };

/** What is known of both ends. */
export interface Session {
  readonly info: object;
  /** As the client calls itself, once it did. */
  client?: string;
}

/** A row for each request: its answer, and in the newer era how long a client may keep it. */
interface Row {
  answer(
    workspace: Workspace,
    params: Message["params"],
    session: Session,
  ): object | Promise<object>;
  readonly keep?: object;
  /** Only in one of the eras. */
  readonly era?: "handshake" | "stateless";
}

const ROWS: Readonly<Record<string, Row>> = {
  initialize: {
    era: "handshake",
    answer: (_, { protocolVersion, clientInfo }, session) => {
      nameClient(session, clientInfo);
      return {
        protocolVersion: HANDSHAKE_VERSIONS.find((version) => version === protocolVersion) ??
          HANDSHAKE_VERSIONS[0],
        capabilities: CAPABILITIES,
        serverInfo: session.info,
        instructions: INSTRUCTIONS,
      };
    },
  },
  ping: { era: "handshake", answer: () => ({}) },
  "server/discover": {
    era: "stateless",
    keep: FIXED,
    answer: () => ({
      supportedVersions: STATELESS_VERSIONS,
      capabilities: CAPABILITIES,
      instructions: INSTRUCTIONS,
    }),
  },
  "tools/list": { keep: FIXED, answer: () => LISTED_TOOLS },
  "tools/call": {
    answer: (workspace, params, { client }) => callTool(workspace, params, client),
  },
  "resources/list": { keep: CHANGING, answer: listResources },
  "resources/templates/list": { keep: FIXED, answer: () => TEMPLATES },
  "resources/read": { keep: CHANGING, answer: readResource },
  "prompts/list": { keep: FIXED, answer: listPrompts },
  "prompts/get": { answer: (_, params) => getPrompt(params) },
};

/** The result. Throws {@linkcode RpcError}, and whatever a daemon that cannot be asked is told by. */
export async function answer(
  workspace: Workspace,
  { method, params }: Message,
  session: Session,
): Promise<object> {
  const version = versionOf(params);
  const era = version === undefined ? "handshake" : "stateless";
  const row = Object.hasOwn(ROWS, method) ? ROWS[method]! : undefined;
  if (row === undefined || (row.era ?? era) !== era) {
    throw new RpcError(ERROR.unknownMethod, `There is no method ${method}`);
  }
  if (isRecord(params._meta)) nameClient(session, params._meta[CLIENT_INFO_KEY]);
  const result = await row.answer(workspace, params, session);
  if (era === "handshake") return result;
  const _meta = { [SERVER_INFO_KEY]: session.info };
  return { resultType: "complete", ...row.keep, ...result, _meta };
}

function nameClient(session: Session, info: unknown): void {
  if (isRecord(info) && typeof info.name === "string" && info.name !== "") {
    session.client = info.name;
  }
}

/** The version that a request says it has; undefined where it says none. */
function versionOf({ _meta }: Message["params"]): string | undefined {
  const version = isRecord(_meta) ? _meta[VERSION_KEY] : undefined;
  if (version === undefined) return undefined;
  const known: readonly unknown[] = STATELESS_VERSIONS;
  if (known.includes(version)) return version as string;
  throw new RpcError(
    ERROR.badVersion,
    `Version ${JSON.stringify(version)} of the protocol is not spoken here`,
    { supported: STATELESS_VERSIONS, requested: version },
  );
}
