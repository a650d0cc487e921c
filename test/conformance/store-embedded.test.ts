import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createArrayLog } from "../support/array-log.ts";
import { testAccess } from "./access.ts";
import { testAsked } from "./asked.ts";
import { testContacts } from "./contacts.ts";
import { testInstallation } from "./installation.ts";
import { testMediaRows } from "./media-rows.ts";
import { testSeries } from "./series.ts";
import { testSilences } from "./silences.ts";
import { testStore } from "./store.ts";
import { testWritings } from "./writings.ts";

testStore("embedded", { skip: false }, open);
testAsked("embedded", { skip: false }, open);
testInstallation("embedded", { skip: false }, open);
testSilences("embedded", { skip: false }, open);
testWritings("embedded", { skip: false }, open);
testSeries("embedded", { skip: false }, open);
testMediaRows("embedded", { skip: false }, async () => {
  const { store, close } = await open();
  return { media: store.media, close };
});
testAccess("embedded", { skip: false }, async () => {
  const { store, close } = await open();
  return { access: store.access, close };
});
testContacts("the embedded store", { skip: false }, async () => {
  const { store, close } = await open();
  return { contacts: store.contacts, append: (batch) => store.append(batch), close };
});

async function open() {
  const folder = await mkdtemp(join(tmpdir(), "waypost-store-"));
  const path = join(folder, "store.db");
  const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
  return {
    store,
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
