/** What Waypost's queues are called. */

export const storeQueueName = "waypost.store";

/** The built-in destination that does what routes `emit` and `set`; no configured one has this name. */
export const flowsDestination = "flows";
/** The built-in destination that fetches the files of messages. */
export const mediaDestination = "media";

/** On RabbitMQ also the exchange before it, where services publish. */
export const intakeQueueName = "waypost.intake";

const deliverPrefix = "waypost.deliver.";

export function deliverQueueName(destination: string): string {
  return `${deliverPrefix}${destination}`;
}

/** The destination that a queue is for; undefined: it is none of these. */
export function destinationOfQueue(queue: string): string | undefined {
  return queue.startsWith(deliverPrefix) ? queue.slice(deliverPrefix.length) : undefined;
}

/** Where lies what a queue's consumer can never handle; the queues that one is split over or moved through share it. */
export function deadQueueName(queue: string): string {
  return `waypost.dead.${queue.replace(/\.(interim|\d+-of-\d+)$/, "")}`;
}
