import { email } from "../../src/destinations/email/email.ts";
import { startMailServer } from "../destinations/email/mail-server.ts";
import { createArrayLog } from "../support/array-log.ts";
import { type DestinationUnderTest, destinationConformance } from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

async function open(): Promise<DestinationUnderTest> {
  const password = "invented/+password";
  const server = await startMailServer({ user: "waypost", password });
  const options = { smtp: server.url, from: "waypost@acme.example", to: ["sales@acme.example"] };
  const destination = email.create("mail", options, { log: createArrayLog() });
  return {
    destination,
    effects: () => server.mails.map((mail) => mail.header("X-Waypost-Event") ?? ""),
    secrets: [password, encodeURIComponent(password)],
    close: async () => {
      await destination.close();
      await server.close();
    },
  };
}

destinationConformance("email", open);
shadowConformance("email", open);
