export { loadAddon } from "../macos/addon.ts";
