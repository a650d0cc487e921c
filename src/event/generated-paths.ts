/* Generated from schemas/event.schema.json by `npm run generate`. */

/** By what `omit` may say: dotted; `*` is each element of a list, `?` at the end: kept where it is a BSUID. */
export const omittedOfMessage = {
  "raw": [],
  "phone": [
    "context.from?",
    "contacts.*.phones",
    "contacts.*.vcard",
    "system.body",
    "system.waId",
    "system.previousWaId"
  ],
  "name": [
    "contacts.*.name",
    "contacts.*.vcard",
    "system.body"
  ],
  "text": [
    "referral.headline",
    "referral.body",
    "referral.welcomeMessage",
    "text",
    "text.body",
    "image.caption",
    "video.caption",
    "audio.caption",
    "document.caption",
    "sticker.caption",
    "location",
    "contacts",
    "interactive.buttonReply.title",
    "interactive.listReply.title",
    "interactive.listReply.description",
    "interactive.nfmReply.body",
    "interactive.nfmReply.responseJson",
    "interactive.nfmReply.response",
    "interactive.header",
    "interactive.body",
    "interactive.footer",
    "button.text",
    "order.text",
    "reaction.emoji",
    "system.body",
    "template.components",
    "conversationContext.summary"
  ],
  "media": [
    "referral.imageUrl",
    "referral.videoUrl",
    "referral.thumbnailUrl",
    "image.id",
    "image.sha256",
    "image.url",
    "image.link",
    "image.filename",
    "video.id",
    "video.sha256",
    "video.url",
    "video.link",
    "video.filename",
    "audio.id",
    "audio.sha256",
    "audio.url",
    "audio.link",
    "audio.filename",
    "document.id",
    "document.sha256",
    "document.url",
    "document.link",
    "document.filename",
    "sticker.id",
    "sticker.sha256",
    "sticker.url",
    "sticker.link",
    "sticker.filename"
  ]
} as const;

export const omittedOfData = {
  "raw": [
    "raw"
  ],
  "phone": [
    "contact.waId",
    "status.recipientId?",
    "history.threadId?",
    "idChange.waId",
    "call.from?",
    "call.to?",
    "group.addedParticipants.*.waId",
    "group.addedParticipants.*.input?",
    "group.removedParticipants.*.waId",
    "group.removedParticipants.*.input?",
    "group.failedParticipants.*.waId",
    "group.failedParticipants.*.input?",
    "syncedContact.phoneNumber"
  ],
  "name": [
    "contact.name",
    "contact.username",
    "group.addedParticipants.*.username",
    "group.removedParticipants.*.username",
    "group.failedParticipants.*.username",
    "syncedContact.fullName",
    "syncedContact.firstName",
    "syncedContact.username"
  ],
  "text": [
    "handover.metadata",
    "handover.conversationContext",
    "call.recording.caption",
    "call.transcript.caption",
    "group.subject",
    "group.description",
    "group.profilePicture.text",
    "group.groupSubject.text",
    "group.groupDescription.text"
  ],
  "media": [
    "call.session.sdp",
    "call.recording.id",
    "call.recording.sha256",
    "call.recording.url",
    "call.recording.link",
    "call.recording.filename",
    "call.transcript.id",
    "call.transcript.sha256",
    "call.transcript.url",
    "call.transcript.link",
    "call.transcript.filename",
    "group.profilePicture.sha256",
    "group.groupSubject.sha256",
    "group.groupDescription.sha256"
  ]
} as const;

/** What a message says, in reading order. */
export const saidItself: readonly string[] = [
  "text.body",
  "image.caption",
  "video.caption",
  "audio.caption",
  "document.caption",
  "sticker.caption",
  "interactive.buttonReply.title",
  "interactive.listReply.title",
  "interactive.nfmReply.body",
  "interactive.body",
  "button.text",
  "order.text"
];

/** The same, and the words around it, which its sender did not write for this message. */
export const saidWithAround: readonly string[] = [
  "text.body",
  "image.caption",
  "video.caption",
  "audio.caption",
  "document.caption",
  "sticker.caption",
  "interactive.buttonReply.title",
  "interactive.listReply.title",
  "interactive.listReply.description",
  "interactive.nfmReply.body",
  "interactive.header",
  "interactive.body",
  "interactive.footer",
  "button.text",
  "order.text",
  "system.body"
];
