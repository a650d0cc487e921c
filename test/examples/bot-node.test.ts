import { fileURLToPath } from "node:url";
import { botSuite } from "./bot-suite.ts";

const bot = fileURLToPath(new URL("../../examples/bot-node/bot.mjs", import.meta.url));

botSuite("Node.js", () => [process.execPath, bot], false);
