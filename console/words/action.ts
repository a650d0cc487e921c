import { capital } from "./event.ts";

/** What an operation of the API does, by the first word of its name. */
const verbs: Readonly<Record<string, string>> = {
  list: "looked at",
  get: "looked at",
  search: "searched",
  export: "exported",
  stream: "followed",
  publish: "told of",
  change: "changed",
  retry: "sent again",
  cancel: "cancelled",
  give: "gave up",
  pause: "paused",
  resume: "resumed",
  check: "checked",
  reload: "reloaded",
  prune: "pruned",
  drop: "dropped",
  start: "started",
  abort: "stopped",
  renormalize: "read again",
  make: "made",
  create: "made",
  revoke: "revoked",
  save: "saved",
  remove: "removed",
  send: "sent",
  erase: "erased",
};

const whole: Readonly<Record<string, string>> = {
  search: "Searched",
  reload: "Reloaded waypost.yaml",
  renormalize: "Read the log again",
  giveUpDelivery: "Gave up a delivery",
  retryDelivery: "Sent a delivery again",
  retryQuarantined: "Read again what could not be read",
  startReplay: "Sent deliveries again",
  abortReplay: "Stopped sending again",
  makeSessionCode: "Made a link to log in",
  listQuarantine: "Looked at what could not be read",
  getQuarantined: "Looked at what could not be read",
  listConversationMessages: "Read a conversation",
  beginSession: "Logged in",
  endSession: "Logged out",
  getEvent: "Looked at an event",
  getContact: "Looked at a contact",
  getConversation: "Looked at a conversation",
  getDoctor: "Asked the doctor",
  getConnection: "Asked Meta how it sends here",
  getConfiguration: "Looked at the configuration",
  changeContact: "Changed a contact",
};

/** "pauseDestination" as "Paused destination". */
export function actionInWords(action: string): string {
  const said = whole[action];
  if (said !== undefined) return said;
  const [verb = "", ...of] = action
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .split(" ");
  return capital([verbs[verb] ?? verb, ...of].join(" "));
}
