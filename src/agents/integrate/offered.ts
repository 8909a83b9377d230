import { type Agent, agentHome, AGENTS, type Places } from "./agents.ts";
import { loadRecords } from "./records.ts";

/** The agents that a person has: their directories are there. */
export async function foundAgents(
  places: Pick<Places, "home" | "settings" | "env">,
): Promise<Agent[]> {
  const found = await Promise.all(AGENTS.map(async (agent) => {
    const info = await Deno.stat(agentHome(agent, places)).catch(() => null);
    return info?.isDirectory ? [agent] : [];
  }));
  return found.flat();
}

/** Those of them that know nothing of agentvfs yet. */
export async function unknowingAgents(
  state: string,
  places: Pick<Places, "home" | "settings" | "env">,
): Promise<Agent[]> {
  const records = await loadRecords(state).catch(() => null);
  // What cannot be read must not keep anybody from working.
  if (records === null) return [];
  const knowing = new Set(Object.values(records).flatMap(({ users }) => users));
  return (await foundAgents(places)).filter((agent) => !knowing.has(`${agent} user`));
}
