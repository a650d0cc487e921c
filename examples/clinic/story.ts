import type { Story } from "../frame/play.ts";

export const story: Story = {
  about:
    "A clinic: patients are reminded, confirm or cancel with a tap or in words, and the practice is told.",
  given: { templates: [{ name: "appointment_reminder", language: "en", body: 1 }] },
  async play({ person, hook, sees }) {
    const [mia, tom, eva] = [
      person("Mia", "15555550123"),
      person("Tom", "15555550124"),
      person("Eva", "15555550125"),
    ];
    const at = "tomorrow at 9:30";
    await hook("appointments", { appointment: "A7", at, phone: mia.phone });
    await sees("WhatsApp to +15555550123: the template appointment_reminder (tomorrow at 9:30)");
    await mia.tapsTemplate("confirm:A7", "Confirm");
    await sees('Your service practice: business.appointment.confirmed of Mia {"appointment":"A7"}');
    await sees('WhatsApp to +15555550123: "Thank you. See you then!"');

    await hook("appointments", { appointment: "A8", at, phone: tom.phone });
    await sees("WhatsApp to +15555550124: the template appointment_reminder");
    await tom.tapsTemplate("cancel:A8", "Cancel");
    await sees('Your service practice: business.appointment.cancelled of Tom {"appointment":"A8"}');
    await sees('WhatsApp to +15555550124: "It is cancelled. Write to us for another one."');

    await hook("appointments", { appointment: "A9", at, phone: eva.phone });
    await sees("WhatsApp to +15555550125: the template appointment_reminder");
    await eva.writes("Yes, gladly");
    await sees('Your service practice: business.appointment.confirmed of Eva {"appointment":"A9"}');
    await sees('WhatsApp to +15555550125: "Thank you. See you then!"');
  },
};
