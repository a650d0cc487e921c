import { isQuarantined } from "../../src/event/event.ts";
import { createMemoryContacts } from "../support/memory-contacts.ts";
import { testContacts } from "./contacts.ts";

testContacts("memory", { skip: false }, async () => {
  const contacts = createMemoryContacts();
  return {
    contacts,
    append: (batch) => contacts.learn(batch.flatMap((item) => (isQuarantined(item) ? [] : [item]))),
    close: async () => undefined,
  };
});
