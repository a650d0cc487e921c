import { createMediaRows } from "../../src/store/media.ts";
import { createMemoryTables } from "../support/memory-tables.ts";
import { testMediaRows } from "./media-rows.ts";

testMediaRows("tests' own", { skip: false }, async () => ({
  media: createMediaRows(createMemoryTables()),
  close: async () => undefined,
}));
