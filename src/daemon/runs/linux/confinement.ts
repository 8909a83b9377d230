/**
 * What a confined program may write to, what it does not get to see, and what it is told of that.
 *
 * @module
 */

import { join } from "node:path";
import { canScopeSockets } from "../../../views/give_up_rights.ts";
import { listeningSockets } from "../../../views/listening_sockets.ts";
import type { Confinement, FreshDirectory } from "../../../views/view_spec.ts";
import { agentPlaces, isKnown } from "./agent_places.ts";
import { meetingPlaces } from "./meeting_places.ts";
import type { ConfinementOptions } from "../run_plan.ts";
import { isWithin } from "../../../host/mounts.ts";
import { stateRoot, WorkspaceError } from "../../workspaces/workspace.ts";

export interface ConfinementPlan {
  readonly confinement: Confinement;
  /** Variables for the program; null: it is not to have them. */
  readonly environment: Readonly<Record<string, string | null>>;
  /** Home directory whose Claude settings are to be kept, where that is needed. */
  readonly claudeHome: string | null;
  /** Directories that were made because they are allowed. */
  readonly made: readonly string[];
  /** What can be reached all the same. */
  readonly open: readonly string[];
}

const TEMPORARY = ["/tmp", "/var/tmp"];
const TEMPORARY_VARIABLES = ["TMPDIR", "TMP", "TEMP", "TEMPDIR"];
/** Where services of the system and of users listen: containers, systemd, D-Bus, databases. */
const SERVICES = ["/run", "/var/run"];
/** What is in them and is only to be read: how names are resolved, and the programs of systems that keep them there. */
const READABLE = [
  "/run/systemd/resolve",
  "/run/resolvconf",
  "/run/NetworkManager/resolv.conf",
  "/run/NetworkManager/no-stub-resolv.conf",
  "/run/connman/resolv.conf",
  "/run/netconfig",
  "/run/booted-system",
  "/run/current-system",
  "/run/opengl-driver",
  "/run/wrappers",
];
/** They lead to servers that run outside. */
const SERVERS = ["TMUX", "TMUX_PANE", "STY"];

/** `places`: where the branch stands. Throws {@linkcode WorkspaceError}. */
export async function planConfinement(
  options: ConfinementOptions,
  { store, socket, places, command }: {
    readonly store: string;
    readonly socket: string;
    readonly places: readonly string[];
    readonly command: readonly string[];
  },
): Promise<ConfinementPlan> {
  const secret = await existing([socket, store, stateRoot()]);
  const allowed = await allow(options.allow, secret);
  const shared = options.shareTmp ? await existing(TEMPORARY) : [];
  const own = await existing(await agentPlaces(command));
  const met = await existing(await meetingPlaces(command, false));
  const fresh = [
    ...await freshDirectories(options.shareTmp),
    ...met.map((path) => ({ path, mode: 0o700, isWritable: true })),
  ];
  const writable = [...new Set([...allowed.paths, ...shared, ...own])];
  // What agents were told of agentvfs is theirs to read: hooks, a Skill.
  const plugin = join(stateRoot(), "plugin");
  const readable = [...READABLE, ...allowed.links, ...await hiddenHome(fresh), plugin];
  const isIn = (path: string, places: readonly string[]) =>
    places.some((place) => isWithin(path, place));
  const isMeant = (path: string) => isIn(path, [...allowed.paths, ...shared, ...places]);
  const isSeen = (path: string) =>
    !isIn(path, fresh.map((directory) => directory.path)) || isIn(path, [...readable, ...own]);
  const sockets = (await existing(listeningSockets()))
    .filter((path) => !isMeant(path) && isSeen(path));
  const claudeHome = await homeOfClaude(command);
  return {
    confinement: {
      writable,
      readable,
      fresh,
      hidden: [...secret, ...sockets],
    },
    environment: {
      ...(claudeHome === null ? {} : { CLAUDE_CONFIG_DIR: join(claudeHome, ".claude") }),
      ...withoutStray(writable, fresh),
      ...(options.shareTmp ? {} : Object.fromEntries(SERVERS.map((name) => [name, null]))),
    },
    claudeHome,
    made: allowed.made,
    open: [
      "the network",
      ...(options.shareTmp ? ["sockets in /tmp"] : []),
      ...(canScopeSockets() ? [] : ["abstract sockets (until Linux 6.12 with Landlock)"]),
    ],
  };
}

interface Allowed {
  readonly paths: readonly string[];
  /** Those that lead there by a symbolic link. */
  readonly links: readonly string[];
  readonly made: readonly string[];
}

async function allow(paths: readonly string[], secret: readonly string[]): Promise<Allowed> {
  const made: string[] = [];
  const links: string[] = [];
  const real = await Promise.all(paths.map(async (path) => {
    const info = await Deno.lstat(path).catch(() => null);
    if (info === null) made.push(await makeDirectory(path));
    if (info?.isSymlink) links.push(path);
    const found = await Deno.realPath(path).catch(() => null);
    if (found === null) throw cannotAllow(path, "the link leads nowhere", "Make what it leads to");
    if (found === "/") {
      throw cannotAllow(path, "that is everything", "Leave --confine out instead");
    }
    const own = secret.find((place) => isWithin(found, place));
    if (own === undefined) return found;
    throw cannotAllow(path, "agentvfs keeps its own state there", "Allow another place");
  }));
  return { paths: real, links, made };
}

async function makeDirectory(path: string): Promise<string> {
  try {
    await Deno.mkdir(path, { recursive: true });
    return path;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw cannotAllow(path, `it is not there, and cannot be made: ${why}`, "Make it first");
  }
}

function cannotAllow(path: string, why: string, hint: string): WorkspaceError {
  return new WorkspaceError("bad_allow", 2, `Cannot allow ${path}: ${why}`, { hint });
}

/** A home directory in /tmp is no service's, nor is it temporary. */
async function hiddenHome(fresh: readonly FreshDirectory[]): Promise<string[]> {
  const homes = await existing([Deno.env.get("HOME") || "/"]);
  return homes.filter((home) => fresh.some(({ path }) => path !== home && isWithin(home, path)));
}

/** Those that there are outside; and the directory that the user's own services listen in. */
async function freshDirectories(shareTmp: boolean): Promise<FreshDirectory[]> {
  const at = (mode: number, isWritable: boolean) => (path: string) => ({ path, mode, isWritable });
  const runtime = Deno.env.get("XDG_RUNTIME_DIR");
  return [
    ...(shareTmp ? [] : (await existing(TEMPORARY)).map(at(0o1777, true))),
    ...(await existing(SERVICES)).map(at(0o755, false)),
    ...(await existing(runtime ? [runtime] : [])).map(at(0o700, true)),
  ];
}

/** Variables that name a temporary directory which the program does not have. */
function withoutStray(
  writable: readonly string[],
  fresh: readonly FreshDirectory[],
): Record<string, null> {
  const isThere = (path: string) =>
    writable.some((place) => isWithin(path, place)) ||
    fresh.some((place) => place.path === path && place.isWritable);
  const stray = TEMPORARY_VARIABLES.filter((name) => {
    const path = Deno.env.get(name);
    return path !== undefined && !isThere(path);
  });
  return Object.fromEntries(stray.map((name) => [name, null]));
}

/** Null where there is no Claude, or it is told where to keep its settings. */
async function homeOfClaude(command: readonly string[]): Promise<string | null> {
  const home = Deno.env.get("HOME");
  if (!home || Deno.env.get("CLAUDE_CONFIG_DIR")) return null;
  const isThere = await Deno.stat(join(home, ".claude")).then((i) => i.isDirectory, () => false);
  const isMeant = await Deno.lstat(join(home, ".claude.json")).then(() => true, () => false) ||
    await isKnown("claude", command);
  return isThere && isMeant ? home : null;
}

/** Those that are there. Links are followed: a mount cannot stand on one. */
async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => Deno.realPath(path).catch(() => null)));
  return [...new Set(found.filter((path) => path !== null))];
}
