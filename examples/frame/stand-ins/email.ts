import { startMailServer } from "../../../test/destinations/email/mail-server.ts";
import type { StandIn } from "../stand-in.ts";

export async function email(): Promise<StandIn> {
  const { url, mails, close } = await startMailServer();
  return {
    options: () => ({ smtp: url }),
    book: () =>
      mails.map(({ to, email }) => {
        const text = (email.text ?? "").trim().replace(/\s*\n\s*/g, " · ");
        return `Mail to ${to.join(", ")}: ${email.subject}: ${text}`;
      }),
    close,
  };
}
