/** Appends events to the embedded store in `argv[2]` until it is killed; prints each id once it is durable. */
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";

const [path = "", name = ""] = process.argv.slice(2);
const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
for (let n = 0; ; n++) {
  const batch = Array.from({ length: 20 }, (_, i) =>
    makeText("load", { id: `evt_${name}_${n}_${i}` }),
  );
  const { stored } = await store.append(batch);
  process.stdout.write(stored.map((id) => `${id}\n`).join(""));
}
