import type { Story } from "../frame/play.ts";

const phone = "15555550123";

export const story: Story = {
  about: "Orders of a shop: answers stand on the order, payments and new orders are told in Slack.",
  given: { orders: [{ name: "#1001", customer: "Mia", phone: `+${phone}` }] },
  async play({ person, hook, tell, sees, say }) {
    const mia = person("Mia", phone);
    const order = { id: 450_789_469, name: "#1001", total_price: "42.00", currency: "EUR" };
    await hook("new-orders", { ...order, phone: mia.phone });
    await sees("Slack #orders: New order #1001 of 42.00 EUR");

    await mia.isSent("order_update", "wamid.an-invented-update", { ref: { order: "#1001" } });
    await mia.writes("When will it come?");
    await sees("Shopify: on order #1001: Mia: When will it come?");
    await mia.writes("It is here, but the lid is broken");
    await sees("Shopify: on order #1001: Mia: It is here, but the lid is broken");
    await sees("Mia about #1001: It is here, but the lid is broken");

    const payment = { amount_received: 4_200, currency: "eur", metadata: { phone: mia.phone } };
    const paid = { id: "evt_1", type: "payment_intent.succeeded", data: { object: payment } };
    await hook("stripe", paid);
    await sees("Shopify: customer Mia is tagged paid-by-whatsapp");
    await sees("42 EUR paid");
    await hook("stripe", paid);
    say("  (Stripe says it again: it is the same event, and nothing happens twice.)");

    await mia.isSent("cart_recovery", "wamid.an-invented-reminder");
    await tell("Your software says that the conversation is over", {
      type: "business.conversation.closed",
      contact: { phone: mia.phone },
      business: {},
    });
    await sees("Shopify: customer Mia is tagged cart-reminded");
  },
};
