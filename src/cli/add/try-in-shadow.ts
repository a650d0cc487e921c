import type { DeliveryContact, DeliveryRules, WaypostEvent } from "../../contracts.ts";
import { DeliveryError } from "../../contracts.ts";
import { absentFiles, noSurroundings } from "../../deliver/attempt/surroundings.ts";
import type { DestinationSetup } from "../../deliver/delivery.ts";
import { omitFrom } from "../../event/omit.ts";
import { phoneCandidates } from "../../event/phone.ts";

const withinMs = 30_000;

interface Trial extends Pick<DestinationSetup, "name" | "destination"> {
  readonly config: Pick<DeliveryRules, "omit">;
}

/** What the destination would do with the event, in words, told of it as its `omit` says. It looks up, and writes nothing. */
export async function tryInShadow(
  { name, destination, config }: Trial,
  whole: WaypostEvent,
): Promise<{ readonly ok: boolean; readonly words: string }> {
  const event = omitFrom(whole, config.omit);
  if (!destination.shadows) {
    return { ok: true, words: `would send ${JSON.stringify(destination.preview(event))}` };
  }
  const context = {
    ...{
      destination: name,
      idempotencyKey: `${event.id}:${name}`,
      attempt: 1,
      fence: 1,
      routes: [],
    },
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
