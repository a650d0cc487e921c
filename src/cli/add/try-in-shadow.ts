import type { DeliveryContact, Destination, WaypostEvent } from "../../contracts.ts";
import { DeliveryError } from "../../contracts.ts";
import { absentFiles, noSurroundings } from "../../deliver/surroundings.ts";
import { phoneCandidates } from "../../event/phone.ts";

const withinMs = 30_000;

/** What the destination would do with the event, in words. It looks up, and writes nothing. */
export async function tryInShadow(
  name: string,
  destination: Destination,
  event: WaypostEvent,
): Promise<{ readonly ok: boolean; readonly words: string }> {
  if (!destination.shadows) {
    return { ok: true, words: `would send ${JSON.stringify(destination.preview(event))}` };
  }
  const context = {
    ...{ destination: name, idempotencyKey: `${event.id}:${name}`, attempt: 1, routes: [] },
    ...{ link: undefined, contactLink: undefined, shadow: true },
    contact: async () => contactIn(event),
    scope: (names: Parameters<typeof noSurroundings.scope>[2]) =>
      noSurroundings.scope(event, `to-${name}`, names),
    concerned: async () => undefined,
    files: async () => absentFiles(event, "files are not fetched for a trial"),
    remember: async () => undefined,
  };
  try {
    const { answer } = await destination.deliver(event, context, AbortSignal.timeout(withinMs));
    return { ok: true, words: answer ?? "would send it" };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return { ok: false, words: error.message };
  }
}

/** As far as the event tells. */
function contactIn({ data }: WaypostEvent): DeliveryContact | undefined {
  const { contact } = data;
  if (contact === undefined) return undefined;
  const { userId, waId, name, username } = contact;
  const phones = waId === undefined ? [] : [waId];
  return {
    id: "ctc_trial",
    userIds: userId === undefined ? [] : [userId],
    phones,
    phoneCandidates: [...new Set([...phones, ...phones.flatMap(phoneCandidates)])],
    ...(name !== undefined && { name }),
    ...(username !== undefined && { username }),
    ...{ tags: [], fields: {}, consent: {} },
  };
}
