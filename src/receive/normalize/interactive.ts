import type { Interactive } from "../../event/generated.ts";
import { bool, isRecord, type Json, own, safeCopy, shape, str, time, within } from "./pick.ts";

/** Flow answers are small; a text that long is not parsed, for it could hold anything. */
const longestResponse = 16_384;
const deepestResponse = 20;

function parsedResponse(reply: Json): { [key: string]: unknown } | undefined {
  const text = own(reply, "response_json");
  if (typeof text !== "string" || text.length > longestResponse) return undefined;
  try {
    const copy = safeCopy(JSON.parse(text), deepestResponse);
    return isRecord(copy) ? copy : undefined;
  } catch {
    return undefined;
  }
}

/** What was tapped, or (echoes) the message that offers the choice. */
export const interactive = shape<Interactive>({
  type: str("type"),
  buttonReply: within("button_reply", shape({ id: str("id"), title: str("title") })),
  listReply: within(
    "list_reply",
    shape({ id: str("id"), title: str("title"), description: str("description") }),
  ),
  nfmReply: within(
    "nfm_reply",
    shape({
      name: str("name"),
      body: str("body"),
      responseJson: str("response_json"),
      flowToken: (reply) => str("flow_token")(parsedResponse(reply) ?? {}),
      response: parsedResponse,
    }),
  ),
  callPermissionReply: within(
    "call_permission_reply",
    shape({
      response: str("response"),
      isPermanent: bool("is_permanent"),
      expiresAt: time("expiration_timestamp"),
      responseSource: str("response_source"),
    }),
  ),
  paymentMethod: within(
    "payment_method",
    shape({
      paymentMethod: str("payment_method"),
      paidAt: time("payment_timestamp"),
      referenceId: str("reference_id"),
      lastFourDigits: str("last_four_digits"),
      credentialId: str("credential_id"),
    }),
  ),
  // Meta's page on it could not be read; these are the spellings seen.
  product: within(
    ["product", "product_reply", "product_item"],
    shape({
      catalogId: str("catalog_id"),
      productRetailerId: str("product_retailer_id", "retailer_id"),
    }),
  ),
  header: within("header", str("text")),
  body: within("body", str("text")),
  footer: within("footer", str("text")),
});
