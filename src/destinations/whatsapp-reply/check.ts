import type { Accounts, DestinationCheck } from "../../contracts.ts";
import { pathOf, type Session } from "../http/api.ts";
import { tried } from "../tried.ts";

const fields = "display_phone_number,verified_name,quality_rating,status,name_status";

/** Whether Meta knows the token, and each number of ours by it. Changes nothing. */
export async function checkNumbers(
  session: Session,
  accounts: Accounts,
): Promise<DestinationCheck[]> {
  const numbers = Object.entries(accounts).flatMap(([name, { phoneNumberId }]) =>
    phoneNumberId === undefined ? [] : [{ name, phoneNumberId }],
  );
  if (numbers.length === 0) {
    const known = "Meta knows it; no account names a phoneNumberId to look at";
    return [await tried("token", () => me(session).then(() => known))];
  }
  return Promise.all(
    numbers.map(({ name, phoneNumberId }) =>
      tried(`number ${name}`, () => checkNumber(session, phoneNumberId)),
    ),
  );
}

async function me(session: Session): Promise<void> {
  await session.look({ path: "/me", query: { fields: "id" } });
}

async function checkNumber(session: Session, phoneNumberId: string) {
  const path = pathOf`/${phoneNumberId}`;
  const { json } = await session.look({ path, query: { fields } });
  const { verified_name: name, quality_rating: quality, status } = textsIn(json);
  if (status !== undefined && status !== "CONNECTED") {
    const detail = `its status is ${status}: register it, as docs/connect.md says`;
    return { ok: false, detail };
  }
  const parts = [name && `"${name}"`, quality && `quality ${quality}`].filter(Boolean);
  return ["Meta knows it", ...parts].join("; ");
}

function textsIn(json: unknown): Readonly<Record<string, string | undefined>> {
  const texts = Object.entries(json ?? {}).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(texts) as Record<string, string>;
}
