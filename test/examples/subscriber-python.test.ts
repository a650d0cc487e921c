import { join } from "node:path";
import { before } from "node:test";
import { fileURLToPath } from "node:url";
import { pythonWith } from "./python-venv.ts";
import { subscriberSuite } from "./subscriber-suite.ts";

const folder = fileURLToPath(new URL("../../examples/subscriber-python/", import.meta.url));
const { python, skip, install } = pythonWith(join(folder, "requirements.txt"));

before(install);

subscriberSuite("Python", () => [python, join(folder, "subscriber.py")], skip);
