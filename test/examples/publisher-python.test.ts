import { join } from "node:path";
import { before } from "node:test";
import { fileURLToPath } from "node:url";
import { publisherSuite } from "./publisher-suite.ts";
import { pythonWith } from "./python-venv.ts";

const folder = fileURLToPath(new URL("../../examples/publisher-python/", import.meta.url));
const { python, skip, install } = pythonWith(join(folder, "requirements.txt"));

before(install);

publisherSuite("Python", () => [python, join(folder, "publisher.py")], skip);
